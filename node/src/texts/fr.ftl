# Textes français. Toute clé existe aussi dans en.ftl, avec les mêmes variables.

## Erreurs : ce qui n'allait pas, puis (-hint) que faire
error-unexpected = erreur interne du nœud
error-unexpected-hint = relancez la commande avec -v et transmettez le résultat à l'équipe technique
error-unknown-failure = le nœud a répondu par une erreur inconnue ici : { $code }
error-unknown-failure-hint = le nœud en marche n'a pas la même version : arrêtez-le et relancez `boucle run`
error-not-built = « { $command } » n'existe pas encore dans cette version
error-disk-full = le disque est plein : { $file }
error-disk-full-hint = libérez de la place, puis relancez la même commande : rien n'a été enregistré à moitié
error-file-not-found = fichier introuvable : { $file }
error-file-not-permitted = accès refusé au fichier { $file }
error-file-not-readable = fichier illisible : { $file }
error-file-not-writable = impossible d'écrire le fichier { $file }
error-no-home-folder = aucun dossier pour le nœud
error-no-home-folder-hint = indiquez-le avec --home ou BOUCLE_HOME
error-usage = commande mal formée
error-usage-hint = `boucle --help` montre les commandes
error-usage-unknown-option = option inconnue : { $option }
error-usage-unknown-option-hint = ajoutez --help à la commande pour voir ses options
error-usage-unknown-command = commande inconnue : { $command }
error-usage-unknown-command-hint = `boucle --help` montre les commandes
error-usage-unexpected-argument = un argument de trop
error-usage-unexpected-argument-hint = mettez entre guillemets ce qui contient des espaces
error-usage-bad-value = valeur refusée pour { $option }
error-usage-bad-value-hint = attendu : { $expected }
error-usage-missing = il manque : { $missing }
error-usage-missing-hint = sur un terminal, la commande pose la question
error-usage-missing-command = il manque une sous-commande : { $commands }
error-usage-conflict = { $option } et { $other } s'excluent
error-stdin-twice = l'entrée standard (-) ne peut être lue qu'une fois
error-bad-record = { $file } ne décrit pas un dossier
error-bad-record-hint = un objet JSON avec les champs de `case new` ; -v dit où cela s'arrête
error-not-in-taxonomy = { $field } : code inconnu : { $value }
error-not-in-taxonomy-hint = codes proches : { $near }
error-sync-first = ce nœud n'a pas encore rencontré son organisation
error-sync-first-hint = joindre une fois un autre nœud : `boucle sync ADRESSE`
error-home-must-be-unlocked = ce dossier est en service et verrouillé
error-home-must-be-unlocked-hint = lancer `boucle run` comme une personne qui y travaille, puis rejoindre
error-bad-value = valeur refusée pour { $field }
error-bad-value-hint = attendu : { $expected }
error-unknown-field = champ inconnu : { $field }
error-unknown-field-hint = proches : { $near }
error-passphrases-differ = les deux phrases secrètes diffèrent
error-passphrase-weak = cette phrase secrète est trop faible
error-passphrase-weak-hint = au moins 12 caractères ou 5 mots, et pas une phrase connue
error-recusal-not-asked = dossier sensible : quelqu'un qui travaille ici est-il concerné ?
error-recusal-not-asked-hint = répondez par --recuse MEMBRE|RÔLE ou --no-recusal
error-member-not-named = plusieurs personnes utilisent cet appareil : { $members }
error-member-not-named-hint = choisissez avec --member NOM ou BOUCLE_MEMBER
error-not-initialised = aucun nœud dans { $home }
error-not-initialised-hint = `boucle init` fonde une organisation, `boucle join` en rejoint une
error-already-initialised = il y a déjà un nœud dans { $home }
error-already-initialised-hint = un autre dossier se choisit avec --home
error-already-running = un nœud tourne déjà sur { $home }
error-not-running = aucun nœud ne tourne sur { $home }
error-not-running-hint = `boucle run` le lance
error-home-in-use = une autre commande travaille sur { $home }
error-home-in-use-hint = réessayez dans un instant
error-home-damaged = fichier du nœud endommagé : { $file }
error-home-damaged-hint = ne le modifiez pas ; `boucle restore` reprend une sauvegarde, les pairs rendent le reste
error-home-too-new = ce dossier vient d'une version plus récente ({ $found } ; ici { $supported })
error-home-too-new-hint = mettez boucle à jour
error-clock-wrong = l'horloge indique { $now }, avant la dernière entrée connue ({ $newest })
error-clock-wrong-hint = mettez la date à l'heure, puis recommencez
error-socket-not-ours = le point d'accès local appartient à un autre utilisateur
error-socket-failed = la liaison avec le nœud en marche a échoué
error-socket-failed-hint = vérifiez que `boucle run` tourne encore, puis `boucle case list` pour savoir si c'est fait
error-socket-timed-out = le nœud en marche ne répond plus
error-socket-timed-out-hint = arrêtez-le et relancez `boucle run`
error-request-not-understood = le nœud en marche n'a pas compris la demande
error-request-not-understood-hint = il n'a pas la même version : arrêtez-le et relancez `boucle run`
error-request-too-large = demande trop grande (au plus { $max } octets)
error-reply-too-large = réponse trop grande (au plus { $max } octets)
error-reply-too-large-hint = restreignez avec des filtres ou --limit
error-locked = { $member } n'a pas ouvert sa session
error-locked-hint = donnez la phrase secrète sur le terminal, avec --passphrase-file ou BOUCLE_PASSPHRASE
error-wrong-passphrase = phrase secrète refusée pour { $member } (ou fichier de clés endommagé)
error-not-permitted = le rôle { $role } ne permet pas cela
error-not-readable = le dossier { $ref } n'est pas lisible par vous
error-not-readable-hint = passez l'appel au téléphone de garde : la personne entend les mêmes mots dans tous les cas
error-recused = vous êtes écarté·e de ce dossier
error-role-expired = votre rôle a pris fin le { $until }
error-role-expired-hint = demandez à l'administration de le prolonger
error-revoked = cet appareil ou ce membre a été révoqué
error-ref-not-found = aucun dossier { $ref } ici
error-ref-not-found-hint = proches : { $near }
error-ref-check-digits = { $ref } est mal recopié (les chiffres de contrôle ne vont pas)
error-ref-check-digits-hint = peut-être : { $near }
error-ref-ambiguous = { $ref } désigne plusieurs dossiers
error-ref-ambiguous-hint = précisez : { $near }
error-no-last-case = @last ne désigne encore aucun dossier
error-site-not-found = aucun site { $site }
error-site-not-found-hint = proches : { $near }
error-member-not-found = aucun membre { $member }
error-member-not-found-hint = proches : { $near }
error-audience-not-found = aucune audience { $audience }
error-audience-not-found-hint = `boucle audience list` les montre
error-site-exists = le site { $site } existe déjà
error-member-exists = { $member } existe déjà sur cet appareil
error-bad-site-code = { $site } n'est pas un code de site
error-bad-site-code-hint = trois lettres majuscules, par exemple JER
error-invitation-bad = invitation illisible ou altérée
error-invitation-bad-hint = recopiez-la en entier, ou demandez-en une autre
error-invitation-expired = l'invitation a expiré le { $expired }
error-invitation-expired-hint = demandez-en une autre
error-invitation-used = l'invitation a déjà servi
error-invitation-used-hint = demandez-en une autre
error-invitation-other-org = l'invitation vient d'une autre organisation que celle de ce dossier
error-invitation-other-org-hint = utilisez un autre dossier avec --home
error-words-do-not-match = les six mots ne sont pas ceux de { $member }
error-words-do-not-match-hint = relisez-les de vive voix ; s'ils diffèrent encore, n'acceptez pas cette personne
error-no-numbers-left = plus de numéro de référence libre sur cet appareil
error-no-numbers-left-hint = synchronisez avec un nœud d'administration ; les dossiers sont enregistrés avec une marque provisoire
error-no-reader-left = plus personne ne peut lire ce dossier dans l'audience { $audience }
error-no-reader-left-hint = nommez une autre audience : rien n'est scellé pour personne
error-no-case = aucun dossier n'est ouvert
error-case-exists = le dossier existe déjà
error-missing = il manque : { $fields }
error-field-fixed = { $field } est écrit une seule fois, par le système
error-field-by-verb = { $field } ne se modifie pas directement
error-field-by-verb-hint = un acte le fait : { $verb }
error-unknown-code = { $field } : ce code n'existe pas ({ $table })
error-unknown-code-hint = `boucle taxonomy show` les montre tous
error-too-long = { $field } est trop long (au plus { $bytes_max } octets)
error-nothing-to-clear = { $field } est déjà vide
error-field-required = { $field } ne peut pas rester vide
error-no-conflict = { $field } n'est pas en conflit
error-no-conflict-hint = `boucle case conflicts` montre ce qui est à régler
error-no-such-pick = choisissez un numéro de 1 à { $choices }
error-no-such-pick-hint = `boucle case conflicts` les montre
error-withheld = { $field } fait partie de ce que vous ne pouvez pas lire
error-withheld-hint = ajoutez une note : elle parvient à ceux qui peuvent lire
error-outside-audience = ce dossier est réservé à une audience dont vous n'êtes pas
error-outside-audience-hint = vous pouvez ajouter des informations : note, act, attempt, consent
error-must-be-restricted = un dossier de sensibilité { $level } est réservé à une audience
error-must-be-restricted-hint = nommez l'audience
error-needs-sealing = la sensibilité { $level } demande de sceller le dossier
error-needs-sealing-hint = `boucle case seal { $ref }`
error-not-a-raise = la sensibilité est déjà { $level }
error-not-a-lowering = la sensibilité n'est pas au-dessus de { $level }
error-case-closed = le dossier { $ref } est clos
error-case-closed-hint = rouvrez-le avec `boucle case reopen { $ref }`
error-not-closed = le dossier n'est pas clos
error-epochs-exhausted = le dossier a été rouvert trop souvent
error-epochs-exhausted-hint = enregistrez-en un autre et liez-le
error-not-assigned = le dossier n'est confié à personne
error-not-assigned-hint = `boucle case assign { $ref } QUI`
error-not-yours = le dossier ne vous est pas confié
error-not-yours-hint = `boucle case assign { $ref } me`
error-already-accepted = vous avez déjà pris ce dossier en charge
error-never-assigned = une plainte ne se clôt pas sans avoir été confiée à quelqu'un
error-never-assigned-hint = `boucle case assign { $ref } QUI`
error-not-answered = aucune réponse n'a encore été donnée
error-not-answered-hint = `boucle case answer { $ref }` l'enregistre
error-not-satisfied = la personne n'a pas dit être satisfaite
error-not-satisfied-hint = demandez-lui, puis `boucle case answer { $ref } --satisfied yes|partly|no|declined`
error-answered-once = une seconde réponse n'a pas été proposée
error-answered-once-hint = proposez-la, et dites comment faire appel
error-not-unreachable = essais sur { $days } jours depuis le dernier contact, il en faut { $needed }
error-not-unreachable-hint = `boucle case attempt { $ref } --outcome no_answer` enregistre un essai
error-not-resolved = le dossier n'a pas de résultat
error-not-resolved-hint = `boucle case resolve { $ref }` l'enregistre
error-not-anonymous = la personne n'est pas anonyme, ou peut être jointe
error-not-anonymous-hint = répondez-lui plutôt
error-no-survivor = aucun lien vers le dossier qui reste
error-no-survivor-hint = `boucle case link { $ref } AUTRE --as duplicate`
error-not-a-prank = la catégorie n'est pas other.prank
error-no-direction = la personne n'a pas été orientée ailleurs
error-no-direction-hint = dites-lui où s'adresser : `boucle case answer { $ref }`
error-other-verb = clore comme { $reason } fait partie de `{ $verb }`
error-before-received = la clôture serait datée d'avant la réception
error-before-received-hint = vérifiez l'horloge, ou la date de réception
error-no-contact-consent = la personne n'a pas accepté d'être recontactée
error-no-contact-consent-hint = demandez-lui, puis `boucle case consent { $ref } contact_back given`
error-manager-only = réservé à la gestion des plaintes ou à la coordination
error-not-on-hold = le dossier n'est pas en attente
error-self-link = un dossier ne se lie pas à lui-même
error-too-many = trop de { $field } pour un seul acte
error-schema-key = l'acte produirait ce qu'un dossier ne peut contenir : défaut de ce programme
error-schema-key-hint = relancez avec -v et transmettez le résultat à l'équipe technique
error-schema-type = l'acte produirait ce qu'un dossier ne peut contenir : défaut de ce programme
error-schema-type-hint = relancez avec -v et transmettez le résultat à l'équipe technique
error-schema-bounds = l'acte produirait ce qu'un dossier ne peut contenir : défaut de ce programme
error-schema-bounds-hint = relancez avec -v et transmettez le résultat à l'équipe technique
error-schema-delete = l'acte produirait ce qu'un dossier ne peut contenir : défaut de ce programme
error-schema-delete-hint = relancez avec -v et transmettez le résultat à l'équipe technique
error-wrong-peer = un autre appareil répond à { $address }
error-file-too-large = { $file } est trop grand
error-file-too-large-hint = importez-le en plusieurs parties
error-too-many-columns = { $file } a trop de colonnes ({ $found })
error-too-many-rows = { $file } a trop de lignes
error-too-many-rows-hint = importez-le en plusieurs parties
error-not-text = { $file } n'est pas un texte CSV, mais { $looks_like }
error-not-text-hint = exportez-le en CSV
error-no-header = { $file } n'a pas les colonnes attendues ({ $looked_for })
error-no-header-hint = vérifiez --as, exportez avec les noms XML, ou donnez --mapping
error-mapping-syntax = correspondance { $file } refusée
error-mapping-syntax-hint = -v dit où
error-mapping-code = correspondance, table { $table } : { $code } n'est pas un code
error-mapping-code-hint = proches : { $near }
error-withdraw-which = { $ref } : quelle entrée ? { $entries }
error-withdraw-which-hint = `boucle case withdraw { $ref } ENTRY`, avec les premiers chiffres de son numéro
error-withdraw-nothing = { $ref } : rien de vous ne peut être repris
error-withdraw-nothing-hint = d'autres l'ont peut-être : corrigez par une nouvelle modification
error-entry-not-found = { $ref } n'a pas cette entrée
error-entry-not-found-hint = `boucle case history { $ref }` montre le numéro de chacune
error-entry-ambiguous = { $ref } : plusieurs entrées commencent ainsi : { $near }
error-entry-ambiguous-hint = donnez plus de chiffres
error-entry-not-yours = { $ref } : l'entrée { $entry } n'est pas de vous
error-entry-not-yours-hint = seule la personne qui l'a écrite peut la reprendre, sur la machine où elle l'a écrite
error-entry-offered = { $ref } : l'entrée { $entry } a quitté cette machine, ou a pu la quitter
error-entry-offered-hint = d'autres l'ont peut-être : corrigez par une nouvelle modification
error-entry-built-upon = { $ref } : des modifications suivent l'entrée { $entry } : { $later }
error-entry-built-upon-hint = reprenez-les d'abord, la dernière avant les autres
error-unsettled-conflict = { $ref } : le champ { $field } est en conflit
error-unsettled-conflict-hint = `boucle case conflicts { $ref }`, puis `boucle case settle { $ref } { $field } --pick N`
error-changed-meanwhile = { $ref } : le champ { $field } a changé entre-temps
error-changed-meanwhile-hint = relisez-le, puis recommencez
error-no-peer = { $looked ->
    [on] personne à portée : { $seconds } s à l'écoute du réseau local, entendus : { $heard } ; adresses essayées : { $tried }
    [off] personne à portée : la recherche sur le réseau local est coupée ; adresses essayées : { $tried }
   *[failed] personne à portée : ce système ne laisse pas chercher sur le réseau local ; adresses essayées : { $tried }
}
error-no-peer-hint = même Wi-Fi, et `boucle run` lancé là-bas ? un routeur peut isoler les appareils : donnez une adresse (`boucle sync HÔTE:PORT`) ou passez par une clé USB
error-peer-unknown = aucune adresse connue pour { $peer }
error-peer-unknown-hint = donnez-la une fois : `boucle sync HÔTE:PORT`
error-peer-unreachable = { $peer } est injoignable
error-peer-unreachable-hint = vérifiez que `boucle run` y tourne et que l'adresse est la bonne
error-peer-silent = aucune réponse de { $peer } en { $seconds } s
error-peer-silent-hint = autre organisation, invitation ancienne ou pare-feu
error-peer-refused = { $peer } a refusé : { $reason }
error-peer-other-org = { $peer } appartient à une autre organisation
error-sync-cut = la synchronisation avec { $peer } a été coupée
error-sync-cut-hint = relancez-la : elle reprend où elle s'est arrêtée
error-bundle-name = le nom d'un paquet finit par .boucle : { $file }
error-bundle-name-hint = nommez un dossier pour qu'un nom soit choisi
error-file-exists = { $file } existe déjà
error-file-exists-hint = donnez un autre nom ; rien n'est écrasé
error-recipient-not-found = ni site ni appareil ne s'appelle { $name }
error-recipient-not-found-hint = `boucle site list` et `boucle member list` les montrent ; au moins 8 chiffres d'un appareil
error-too-many-recipients = un paquet s'ouvre pour 4 096 appareils au plus ; ils sont { $found }
error-too-many-recipients-hint = faites-en un par site : --for SITE
error-bundle-too-large = cela ne tient pas dans un paquet
error-bundle-no-room = pas assez de place dans { $folder } : { $needed_mb } Mo nécessaires, { $free_mb } Mo libres
error-bundle-no-room-hint = libérez de la place ou prenez une autre clé ; rien n'a été écrit
error-bundle-not-one = { $file } n'est pas un paquet
error-bundle-not-one-hint = seuls les fichiers ordinaires nommés *.boucle sont lus, ni liens ni dossiers
error-bundle-version = { $file } est d'une autre version de boucle : { $found }
error-bundle-version-hint = mettez ce nœud à jour
error-bundle-not-for-us = { $file } n'est pas scellé pour cet appareil
error-bundle-not-for-us-hint = il est d'une autre organisation, ou pour d'autres, ou d'avant qu'on vous y connaisse : demandez-en un nouveau
error-bundle-cut = { $file } finit trop tôt : { $bytes } octets sur { $expected } ; { $taken ->
    [0] rien n'en a été pris
    [one] une nouvelle entrée est gardée
   *[other] { $taken } nouvelles entrées sont gardées
}
error-bundle-cut-hint = copiez-le de nouveau, puis importez-le de nouveau
error-bundle-damaged = { $file } est abîmé ou a été modifié ; { $taken ->
    [0] rien n'en a été pris
    [one] une nouvelle entrée lue avant est gardée
   *[other] { $taken } nouvelles entrées lues avant sont gardées
}
error-bundle-damaged-hint = copiez-le de nouveau, ou demandez-en un autre
error-bundle-sender = { $file } est refusé : { $reason ->
    [bad_signature] la signature de qui l'a fait ne tient pas
    [unknown_device] l'appareil qui l'a fait est inconnu ici
    [invite_used] son invitation a servi à quelqu'un d'autre
   *[other] l'appareil qui l'a fait n'en a pas le droit ({ $reason })
}
error-bundle-sender-hint = demandez à qui vous l'a remis ; rien n'en a été pris
error-bundle-newcomer-unknown = { $file } vient d'un nouveau dont l'invitation est inconnue ici
error-bundle-newcomer-unknown-hint = importez d'abord un paquet de qui l'a invité, ou synchronisez avec lui
error-bundle-newcomer-late = { $file } vient d'un nouveau dont l'invitation a expiré
error-bundle-newcomer-late-hint = comparez les six mots avec lui ; qui gère les personnes importe ensuite avec --accept-late
error-bundle-other-org = { $file } est d'une autre organisation que celle de votre invitation
error-bundle-no-founding = { $file } n'apporte pas la fondation de l'organisation
error-bundle-no-founding-hint = demandez à qui vous a invité un paquet fait avec --all
error-no-stick = aucune clé USB trouvée
error-no-stick-hint = branchez-la, ou nommez son dossier : `boucle carry DOSSIER`
error-several-sticks = plusieurs clés : { $folders }
error-several-sticks-hint = nommez-en une : `boucle carry DOSSIER`
error-not-a-folder = { $folder } n'est pas un dossier
error-bad-address = { $address } n'est pas une adresse
error-bad-address-hint = une multiadresse (/ip4/192.168.1.5/tcp/4001) ou HÔTE:PORT
error-cannot-listen = impossible d'écouter sur { $address }
error-cannot-listen-hint = le port est peut-être pris : choisissez-en un autre avec --listen
error-import-format-unknown = format inconnu : { $format }
error-import-format-unknown-hint = formats : kobo, sugarcrm, register
error-demo-failed = « { $claim } » ne tient pas : { $why }
error-demo-failed-hint = relancez avec --keep DOSSIER et regardez les trois nœuds
error-demo-stopped = la démonstration s'est arrêtée : { $why }
error-demo-stopped-hint = relancez avec --keep DOSSIER et regardez les trois nœuds
error-demo-interrupted = la démonstration a été interrompue ; rien ne reste
error-verify-found-problems = { $problems ->
    [one] la vérification a trouvé un problème
   *[other] la vérification a trouvé { $problems } problèmes
 }

## Interface : préfixes et petits mots
ui-error = erreur : { $message }
ui-hint = conseil : { $message }
ui-cause = cause : { $message }
ui-where = où : { $where }
ui-warning = attention : { $message }
ui-nothing = rien à montrer
ui-yes = oui
ui-no = non
ui-withheld = [réservé]
ui-usage-heading = Utilisation :
ui-commands-heading = Commandes
ui-global-heading = Options communes
ui-eta = encore { $time }
ui-ready = prêt : { $addresses }
ui-stopped = arrêté
ui-withheld-personal = Identité et propos : réservés.
ui-withheld-sensitive = Partie scellée : pour son audience seule (tout dossier en a une).
ui-restricted-notice = dossier réservé à une audience
ui-conflict-by = par { $by }, { $at }
ui-sections-missing = { $n ->
    [one] D'une entrée, on n'a ici que l'en-tête ou une partie : ce qui manque viendra de qui l'a.
   *[other] De { $n } entrées, on n'a ici que l'en-tête ou une partie : ce qui manque viendra de qui l'a.
}
ui-sync-gaps = Il manque des parties d'entrées : de { $here } ici, de { $there } là-bas.
ui-sync-gaps-of = Il manque des parties d'entrées : de { $here } ici, de { $there } là-bas. Leurs auteurs les ont : { $authors }.
ui-outbox-empty = Rien n'a été saisi ici que d'autres doivent lire.
ui-outbox-left = { $n ->
    [0] encore ici seulement
    [one] sur une autre machine
   *[other] sur { $n } autres machines
}
ui-outbox-saved = enregistré { $at }
ui-outbox-waiting = { $n ->
    [0] Toutes les entrées de cette machine ont été offertes à d'autres.
    [one] Une entrée attend d'être offerte.
   *[other] { $n } entrées attendent d'être offertes.
}
ui-outbox-waiting-since = { $n ->
    [one] Une entrée attend d'être offerte, depuis { $at }.
   *[other] { $n } entrées attendent d'être offertes, la plus ancienne depuis { $at }.
}
ui-withdraw-pick = Reprendre laquelle ? Numéro, ou Entrée pour aucune
ui-incomplete = { $n ->
    [one] Une entrée de ce dossier n'est pas arrivée en entier : il peut en dire moins que ce qui a été écrit.
   *[other] { $n } entrées de ce dossier ne sont pas arrivées en entier : il peut en dire moins que ce qui a été écrit.
}
ui-settle-hint = choisir : boucle case settle { $ref } { $field } --pick N
ui-question = { $question } :
ui-values = ({ $values })
progress-entries = entrées
progress-rows = lignes
progress-cases = dossiers
progress-bytes = octets

## Remarques d'un import
remark-wrong-cell-count = { $found } cellules au lieu de { $expected } : un guillemet ou un séparateur est mal placé
remark-cell-too-long = cellule trop longue
remark-missing = valeur indispensable absente
remark-unmapped-value = valeur inconnue des codes et de la correspondance : { $value }
remark-bad-time = date illisible ; pris à la place : { $used }
remark-no-offset = heure sans fuseau, prise en UTC
remark-received-from-other = fin non notée ; pris à la place : { $used }
remark-bad-age = âge illisible
remark-bad-answer = réponse inconnue
remark-dropped-without-consent = non repris : consentement refusé
remark-partial-consent = consentement partiel : à redemander
remark-contact-without-consent = rappel souhaité mais données refusées : personne ne peut être rappelé
remark-categories-disagree = la liste ({ $only_list }) et les colonnes ({ $only_columns }) diffèrent ; les deux sont reprises
remark-digits-lost = chiffres perdus par un tableur : non repris
remark-place-in-words = pas un code : mis dans le lieu en mots
remark-answer-contradicts = « pas répondu » et une réponse : la réponse est gardée
remark-repeat-differs = déjà vue dans ce fichier avec un autre contenu (ligne { $of }) ; la première est gardée
remark-not-approved = refusée dans le système d'origine ; reprise quand même
remark-column-twice = deux colonnes possibles ; l'autre : { $other }

## La démonstration
demo-title = Trois nœuds sur cette machine, une organisation jetable.
demo-founded = 1. Une coordination régionale fonde l'organisation ; un sous-bureau, un comité
   { "" }   et un point focal PEAS y entrent sur invitation et six mots lus à voix haute.
demo-imports = 2. Le comité reprend un fichier KoboToolbox.
demo-import = { $rows } lignes : { $created } dossiers, { $unchanged } renvoi, { $sealed } scellés, { $duplicates_proposed } doublon proposé
demo-import-again = le même fichier repris ne crée rien
demo-apart = 3. Le réseau est coupé. Coordination et sous-bureau modifient chacun le dossier
   { "" }   { $ref } ; le comité recueille une allégation d'abus sexuel.
demo-together = 4. Le réseau revient, tout se synchronise.
demo-both-edits = les deux modifications sont là, le champ écrit deux fois est en conflit
demo-settled = le conflit tranché à un endroit l'est partout
demo-office-cannot = ni le sous-bureau ni le comité ne lisent l'allégation, ni leurs disques
demo-focal-can = le point focal PEAS la lit
demo-works = 5. Le comité mène un dossier jusqu'au bout.
demo-loop = { $ref } : la boucle n'est fermée qu'une fois la personne satisfaite
demo-carries = 6. Le réseau est coupé ; le dernier changement voyage sur une clé.
demo-bundle = un fichier scellé a porté { $entries } entrées, { $back } sont revenues
demo-compares = 7. Au bout du compte :
demo-same-entries = les trois nœuds ont les mêmes { $entries } entrées
demo-same-digest = deux gestionnaires de mêmes droits lisent les mêmes { $cases } dossiers
demo-quiet = une synchronisation sans nouvelles : un aller-retour, { $bytes } octets
demo-verified = chaque signature et chaque chaîne vérifiées sur les trois nœuds
demo-clean = { $kept ->
    [yes] aucun processus ne reste ; les dossiers des nœuds sont gardés
   *[no] rien ne reste : ni processus, ni fichier
    }
demo-counts = 8. Les dossiers, par statut :
demo-kept = Gardé dans { $folder }. La phrase secrète de Rose : { $passphrase } ; et ainsi de chacun.
demo-done = Tout tient, en { $seconds } s.

## Questions posées sur le terminal
ask-org = Nom de l'organisation
ask-site = Code du site
ask-member = Nom du membre
ask-site-code = Code du nouveau site
ask-site-name = Nom du site
ask-kind = Genre (office, committee, region, national, partner)
ask-role = Rôle (code)
ask-invitation = Invitation (ou chemin du fichier)
ask-passphrase = Phrase secrète
ask-passphrase-new = Nouvelle phrase secrète (au moins 5 mots)
ask-passphrase-again = La même, encore une fois
ask-type = Type (code)
ask-channel = Canal (code)
ask-category = Catégorie (code, vide : plus tard)
ask-text = Ce que dit la personne (vide : rien)
ask-reporter-name = Nom de la personne (vide : non dit)
ask-phone = Téléphone (vide : non dit)
ask-recuse = Quelqu'un qui travaille ici est-il concerné ? Noms ou rôles, séparés par des virgules (vide : personne)
ask-note = Note
ask-what = Ce qui est fait ou à faire
ask-reason = Motif
ask-answer = Réponse donnée à la personne
ask-outcome-text = Résultat, et ce qu'il faut dire à la personne
ask-value = Valeur de { $field }
ask-find = Téléphone, référence ou mots

## Après un acte
done-init = Organisation fondée. Site { $site }, membre { $member }.
done-site-add = Site { $site } ajouté.
done-invite = Invitation, valable jusqu'au { $expires } :
done-invite-file = Écrite dans { $file }
done-init-roots = À recopier sur papier, à garder loin de cette machine ; affiché une seule fois, enregistré nulle part :
done-join-words = Lire ces six mots à la personne qui a invité : { $words }
done-join = { $member } a rejoint le site { $site } ({ $role }).
done-member-confirm = { $member } est confirmé·e.
done-member-words = À lire de vive voix avec { $member } :
done-case-new = Dossier { $ref } enregistré.
done-case-new-provisional = Dossier enregistré sous la marque provisoire { $ref }.
done-case-set = { $ref } : modifié.
done-case-note = { $ref } : note ajoutée.
done-case-withdraw = { $ref } : repris. Personne ne le lira.
done-case-withdraw-case = { $ref } : le dossier est repris. Sa référence ne sera plus donnée.
done-case-settle = { $ref } : conflit réglé.
done-case-triage = { $ref } : classé.
done-case-assign = { $ref } : confié.
done-case-accept = { $ref } : pris en charge.
done-case-act = { $ref } : action enregistrée.
done-case-hold = { $ref } : en attente.
done-case-unhold = { $ref } : attente levée.
done-case-resolve = { $ref } : résultat enregistré.
done-case-answer = { $ref } : réponse enregistrée.
done-case-attempt = { $ref } : essai enregistré.
done-case-consent = { $ref } : consentement enregistré.
done-case-close = { $ref } : clos.
done-case-reopen = { $ref } : rouvert.
done-status-now = Statut : { $status }
done-verify = Tout concorde. Entrées : { $entries }, dossiers : { $cases }.
done-verify-problems = Des différences :
done-digest = Dossiers : { $cases }, empreinte { $digest }
done-import = Lignes : { $rows }. Dossiers créés : { $created }, modifiés : { $updated }, inchangés : { $unchanged }, sautés : { $skipped }, rejetés : { $rejected }
done-import-sealed = dont scellés pour une audience : { $sealed }
done-import-warning = ligne { $row }, { $field } : { $message }
done-import-duplicates = doublons proposés : { $n }
done-sync-equal = { $peer } : à égalité (envoyé { $sent }, reçu { $received }, { $ms } ms)
done-sync-unequal = { $peer } : inachevé (envoyé { $sent }, reçu { $received })
done-sync-none = aucun pair à portée
done-bundle-export = { $entries ->
    [0] rien n'y manque : le paquet ne contient aucune entrée
    [one] une entrée dans { $file }
   *[other] { $entries } entrées dans { $file }
} ({ $size })
done-bundle-files = en { $n } fichiers, à importer dans n'importe quel ordre
done-bundle-released = { $n ->
    [one] une de vos entrées en attente est libérée : elle ne peut plus être retirée
   *[other] { $n } de vos entrées en attente sont libérées : elles ne peuvent plus être retirées
}
done-bundle-import = { $entries } entrées lues, { $new } nouvelles
done-bundle-missing = { $chains ->
    [one] il manque { $n } entrées à une chaîne : demandez à { $from } un paquet fait avec --all, ou synchronisez
   *[other] il manque { $n } entrées à { $chains } chaînes : demandez à { $from } un paquet fait avec --all, ou synchronisez
}
done-bundle-part = c'était la partie { $index } sur { $of }
done-bundle-refused = { $n ->
    [one] une entrée a été refusée : `boucle verify` la nomme
   *[other] { $n } entrées ont été refusées : `boucle verify` les nomme
}
done-bundle-left = { $n } entrées laissées : l'appareil qui a fait le paquet est suspendu
done-carry = { $take } à emporter, { $back } rapportées
done-carry-missing = il manque encore { $n } entrées d'autres : le prochain trajet les apporte
done-carry-problem = { $file } : { $code }
ask-stick = Plusieurs clés : laquelle ? { $choices }
done-lock = Session fermée.
done-unlock = Session ouverte.
done-clock-suspect = l'horloge de cet appareil est douteuse

## Qui peut être joint
reach-connected = En contact : { $peers }
reach-nobody = Personne en contact.
reach-looked = { $state ->
    [on] réseau local : recherche en cours ({ $interfaces }), entendus : { $heard }
    [off] réseau local : recherche coupée (--no-mdns)
    [not_running] réseau local : pas de recherche, le nœud ne tourne pas
   *[failed] réseau local : recherche impossible sur ce système
}
reach-strangers = appels sans le secret du réseau (autre organisation, invitation ancienne) : { $n }
reach-address = { $addr } : { $answer } ({ $when })
reach-answered-once = { $addr } : a répondu ({ $when })
reach-to-do = À faire :
answer-answered = a répondu
answer-peer-unreachable = injoignable
answer-peer-silent = aucune réponse
answer-peer-refused = a refusé
answer-peer-other-org = autre organisation
answer-wrong-peer = un autre appareil répond
answer-sync-cut = coupé
answer-bad-address = adresse fausse
advice-run = lancer `boucle run` : sans lui personne ne trouve ce nœud
advice-no-network = brancher un câble ou rejoindre un Wi-Fi : cette machine n'a aucun réseau
advice-mdns-off = relancer sans --no-mdns pour chercher sur le réseau local
advice-mdns-failed = le système ne laisse pas chercher : donner une adresse, ou ouvrir le port UDP 5353 dans le pare-feu
advice-same-network = vérifier que l'autre machine est sur le même Wi-Fi et que `boucle run` y tourne
advice-isolation = le point d'accès isole peut-être les appareils (réseau d'invités) : essayer un autre Wi-Fi, un câble ou le partage d'un téléphone
advice-other-secret = quelqu'un répond sans le secret du réseau : autre organisation, invitation ancienne, ou pare-feu
advice-type-address = donner l'adresse que l'autre affiche au démarrage : `boucle sync HÔTE:PORT`
advice-carry = passer par une clé USB

## Avertissements qui accompagnent un acte
warning-single-root = une seule clé racine : qui la perd ne peut plus changer les fondateurs ; `--roots 2-of-3` la partage
warning-provisional-ref = la référence définitive viendra à la prochaine synchronisation
warning-cannot-reopen = ce dossier est scellé : cet appareil ne pourra pas le relire
warning-propose-close = la personne est satisfaite : le dossier peut être clos
warning-clock-suspect = l'horloge de cet appareil est douteuse
warning-contact-after-closing = nouveau contact après la clôture : à vérifier

## Champs
field-ref = Référence
field-status = Statut
field-type = Type
field-category = Catégorie
field-site = Site
field-project = Projet
field-partner = Partenaire
field-channel = Canal
field-spoken-language = Langue parlée
field-received-at = Reçu le
field-due-at = Échéance
field-waiting-on = Attend
field-undelivered = Non arrivés
field-assignee = Confié à
field-sensitivity = Sensibilité
field-overdue = En retard
field-satisfaction = Satisfaction
field-loop-closed = Boucle fermée
field-conflicts = Conflits
field-name = Nom
field-kind = Genre
field-parent = Dépend de
field-org-unit = Unité
field-member = Membre
field-role = Rôle
field-device = Appareil
field-confirmed = Confirmé
field-revoked = Révoqué
field-until = Jusqu'au
field-audience = Audience
field-label = Libellé
field-members = Membres
field-delegate = Délégué·e
field-alternate = Suppléance
field-epoch = Époque
field-at = Quand
field-by = Par
field-act = Acte
field-fields = Champs
field-field = Champ
field-value = Valeur
field-scope = Périmètre
field-entries = Entrées
field-tips = Pointes
field-fingerprint = Empreinte
field-count = Nombre
field-reach = Contacts
field-peer = Pair
field-last-sync = Dernière synchro
field-equal = À égalité
field-unlocked = Session ouverte
field-only-here = Seulement ici
field-clock = Horloge
field-peers = Pairs
field-oldest = La plus ancienne
field-case-id = Identifiant
field-priority = Priorité
field-text = Propos
field-summary = Résumé
field-reporter-name = Nom de la personne
field-phone = Téléphone
field-anonymous = Anonyme
field-sex = Sexe
field-age-group = Âge
field-disability = Handicap
field-locality = Lieu
field-consents = Consentements
field-allegation = Allégation
field-accused = Mis·e en cause
field-resolution = Résultat
field-closure = Clôture
field-hold = En attente
field-notes = Notes
field-actions = Actions
field-responses = Réponses
field-interactions = Contacts
field-attempts = Essais
field-links = Liens
field-recorded-at = Saisi le
field-created-by = Saisi par
field-origin-site = Site d'origine
field-handling-site = Site chargé
field-incident-at = Survenu le
field-location = Lieu
field-restricted = Réservé
field-week = Semaine
field-region = Région
field-code = Code
field-version = Version
field-words = Mots
field-what = Quoi
field-stakeholder = Qui s'exprime
field-filer = Dépôt
field-group-size = Personnes
field-expected-outcome = Attente
field-safe-contact = Contact sûr
field-answered = Répondu
field-unreachable = Injoignable
field-language = Langue
field-file = fichier
field-row = ligne
field-line = ligne
field-column = colonne
field-sheet = feuille
field-entry = entrée
field-pick = Choix
field-outcome = Issue
field-means = Moyen
field-purpose = Objet
field-answer = Réponse
field-due = Échéance
field-on-behalf-of = Pour
field-direction = Sens
field-reason = Motif
field-case = Dossier
field-system = Système
field-id = Numéro

## Codes
status-received = reçu
status-triaged = classé
status-assigned = confié
status-in-progress = en cours
status-resolved = résolu
status-responded = répondu
status-closed = clos
status-reopened = rouvert
status-restricted = réservé
sensitivity-s0 = ordinaire
sensitivity-s1 = confidentiel
sensitivity-s2 = sensible
sensitivity-s3 = sensible
satisfaction-satisfied = satisfait·e
satisfaction-partly = en partie
satisfaction-not-satisfied = pas satisfait·e
satisfaction-declined = ne se prononce pas
closure-satisfied = satisfait·e
closure-not-satisfied = pas satisfait·e
closure-unreachable = injoignable
closure-anonymous = anonyme
closure-withdrawn = retiré
closure-out-of-scope = hors champ
closure-handed-over = transmis
closure-duplicate = doublon
closure-prank = plaisanterie
closure-moved = déplacé
kind-office = bureau
kind-committee = comité
kind-region = région
kind-national = national
kind-partner = partenaire

## Aide des commandes
help-boucle = Recueillir une plainte, y répondre, fermer la boucle : sans serveur
help-init = Fonder une organisation
help-site = Les sites
help-site-add = Ajouter un site
help-site-list = Montrer les sites
help-invite = Inviter une personne et son appareil
help-join = Rejoindre une organisation, ou ajouter un membre à cet appareil
help-member = Les membres
help-member-list = Montrer les membres
help-member-show = Montrer un membre
help-member-confirm = Confirmer un membre par six mots lus de vive voix
help-audience = Les audiences des dossiers sensibles
help-audience-list = Montrer les audiences
help-case = Les dossiers
help-case-new = Enregistrer un dossier
help-case-list = Lister les dossiers
help-case-show = Montrer un dossier
help-case-set = Modifier des champs
help-case-note = Ajouter une note
help-case-history = Montrer l'histoire d'un dossier
help-case-conflicts = Montrer ce qui est en conflit
help-case-withdraw = Reprendre ses propres mots, tant que personne d'autre ne les a
help-case-settle = Régler un conflit
help-case-triage = Classer un dossier
help-case-assign = Confier un dossier
help-case-accept = Prendre un dossier en charge
help-case-act = Noter ce qui est fait ou à faire
help-case-hold = Mettre un dossier en attente
help-case-unhold = Lever l'attente
help-case-resolve = Noter le résultat
help-case-answer = Noter la réponse donnée et ce que la personne en dit
help-case-attempt = Noter un essai resté sans contact
help-case-consent = Noter un consentement
help-case-close = Clore un dossier
help-case-reopen = Rouvrir un dossier
help-verify = Tout revérifier : signatures, chaînes, empreintes, affichages
help-fingerprint = Empreinte de chaque périmètre
help-digest = Empreinte de ce que le membre peut lire
help-status = L'état du nœud
help-run = Faire tourner le nœud
help-sync = Synchroniser avec d'autres nœuds
help-carry = La clé USB en un mot : lire ce que d'autres y ont laissé, y laisser ce qui leur manque
help-bundle = Fichiers scellés pour clés USB et courriels
help-bundle-export = Écrire dans un fichier ce qui manque à d'autres
help-bundle-import = Prendre un fichier
help-bundle-inspect = Montrer ce qu'un fichier dit de lui-même
help-import = Reprendre des dossiers d'un fichier
help-demo = Toute l'histoire sur une machine, en moins d'une minute
help-taxonomy = Les codes : catégories, canaux, rôles…
help-taxonomy-show = Montrer les codes
help-find = Chercher des dossiers antérieurs
help-outbox = Ce qui n'est pas encore parti
help-todo = Ce qui m'attend
help-lock = Fermer la session
help-unlock = Ouvrir la session

## Aide des options (arg-COMMANDE-OPTION l'emporte sur arg-OPTION)
arg-help = Montrer cette aide
arg-version = Montrer la version
arg-home = Dossier du nœud (BOUCLE_HOME)
arg-json = Répondre en JSON
arg-jsonl = Répondre en JSON, un objet par ligne
arg-lang = Langue des messages : fr, en, ht, ar, es (BOUCLE_LANG)
arg-passphrase-file = Lire la phrase secrète dans ce fichier (ou BOUCLE_PASSPHRASE)
arg-member = Qui agit sur un appareil partagé (BOUCLE_MEMBER)
arg-verbose = Dire aussi les causes d'une erreur
arg-org = Nom de l'organisation
arg-site = Code du site
arg-roots = Fondateurs qui doivent s'accorder, par exemple 2-of-3
arg-code = Code
arg-name = Nom
arg-kind = Genre du site
arg-parent = Code du site dont il dépend
arg-org-unit = Unité dont c'est le personnel
arg-role = Rôle (code)
arg-expires = Durée de validité, par exemple 30d
arg-out = Fichier à écrire
arg-for = Code d'un site ou premiers chiffres d'un appareil ; tout le monde si absent
arg-after = Seulement ce qui manque à ce paquet et à qui l'a fait
arg-all = Tout, quoi que l'on sache que d'autres ont déjà
arg-max-size = Plus grand fichier, par exemple 25MB ; au-delà, plusieurs fichiers
arg-accept-late = Aussi d'un nouveau dont l'invitation a expiré : vous avez comparé les six mots
arg-stick = Dossier de la clé ; trouvé tout seul s'il n'y en a qu'une
arg-invitation = Texte ou fichier de l'invitation, - pour l'entrée standard
arg-words = Les six mots entendus
arg-case-type = Type (code)
arg-channel = Canal (code)
arg-category = Catégorie (code)
arg-spoken = Langue que parle la personne (ISO 639)
arg-text = Texte ; demandé s'il manque, - pour l'entrée standard
arg-urgent = C'est urgent
arg-project = Projet (code)
arg-partner = Partenaire (code)
arg-stakeholder = Qui s'exprime (code)
arg-filer = Une personne, un groupe, ou pour quelqu'un
arg-group-size = Nombre de personnes du groupe
arg-anonymous = La personne veut rester inconnue
arg-reporter-name = Nom de la personne
arg-phone = Téléphone
arg-sex = Sexe (code)
arg-age = Âge en années
arg-age-group = Tranche d'âge (code)
arg-disability = yes, no, unknown, ou six réponses 0-4 séparées par des virgules
arg-location = Lieu, en mots
arg-admin1 = Région (code)
arg-admin2 = Département (code)
arg-admin3 = Commune (code, personnel)
arg-consent = given ou refused pour les trois questions, ou OBJET=given|refused|not_asked[:moyen]
arg-safe-contact = Quand et comment joindre sans danger
arg-received-at = Reçu le (AAAA-MM-JJ, heure facultative)
arg-incident-at = Survenu le
arg-allegation = L'allégation, dans les mots de la personne
arg-accused = Qui est mis en cause
arg-recuse = Membre ou rôle qui ne doit pas voir ce dossier
arg-no-recusal = Demandé : personne d'ici n'est concerné
arg-sensitivity = Sensibilité s0 à s3 ; ne fait que monter
arg-priority = Priorité p1 à p4
arg-external-id = Numéro ailleurs, SYSTÈME:NUMÉRO
arg-slip = Référence du papier
arg-session = Boîte, permanence, événement ou groupe
arg-from-json = Lire tout le dossier en JSON (fichier, ou -)
arg-status = Statut (code) ; restricted : ceux qu'on ne peut lire
arg-assignee = Confié à : membre, rôle, ou me
arg-since = Reçus depuis (date, ou 30d)
arg-until = Reçus avant (date)
arg-older-than = Reçus il y a plus de, par exemple 30d
arg-overdue = En retard
arg-untriaged = Pas encore classés
arg-unanswered = Sans réponse
arg-not-delivered = Transmission pas arrivée
arg-sort = Champ de tri, - devant pour l'ordre inverse
arg-limit = Au plus tant
arg-count = Seulement combien
arg-group-by = Combien par valeur de ces champs
arg-ref = Référence, ses chiffres, sa fin, ou @last
arg-assignments = CHAMP=VALEUR ; CHAMP seul est demandé, CHAMP=- lit l'entrée standard
arg-field = Champ
arg-pick = Numéro de la valeur choisie
arg-who = Membre, rôle, ou me
arg-on-behalf = Pour quelqu'un sans le système : son nom
arg-due = Échéance
arg-hold-reason = Ce qu'on attend : person, document, consent, investigation
arg-outcome = Issue (code)
arg-satisfied = Ce que la personne en a dit
arg-purpose = Objet du consentement (code)
arg-answer = Réponse
arg-means = Moyen : oral, thumbprint, audio, written, guardian
arg-closure = Motif de clôture (code)
arg-body = Texte ; demandé s'il manque, - pour l'entrée standard
arg-hold-until = Jusqu'au
arg-reason = Motif ; demandé s'il manque
arg-target = Adresse, site ou appareil ; sans nom : tous à portée
arg-file = Fichier
arg-format = Format : kobo, sugarcrm, register
arg-mapping = Correspondance des colonnes (fichier TOML)
arg-dry-run = Dire seulement ce qui serait fait
arg-rejects = Fichier des lignes rejetées
arg-listen = Adresse où écouter (multiadresse)
arg-web = Adresse de la page locale
arg-peer = Pair à joindre
arg-no-mdns = Ne pas chercher de pairs sur le réseau local
arg-keep = Garder les trois nœuds dans ce dossier
arg-demo-web = Laisser ouverte la page de la coordination
arg-demo-sabotage = Casser le monde sous une affirmation : la démonstration doit échouer (pour les tests)
arg-case-withdraw-entry = Premiers chiffres du numéro de l'entrée, que montre `case history` ; demandé s'il manque
arg-find-what = Téléphone, référence ou mots ; demandé s'il manque
arg-case-list-category = Catégorie ou sous-catégorie (code)
arg-member-confirm-name = Nom du membre

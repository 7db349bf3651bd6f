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
error-interrupted = interrompu : rien de ce que vous étiez en train de saisir n'est enregistré
error-memory-short = pas assez de mémoire : il faut encore { $needed_mb } Mo
error-memory-short-bare = pas assez de mémoire
error-memory-short-hint = fermez d'autres programmes et recommencez ; si une limite est réglée (`ulimit -v`), relevez-la. Rien n'est perdu ni abîmé
error-too-many-files = le système ne laisse plus ouvrir de fichier à ce programme
error-too-many-files-hint = fermez d'autres programmes et recommencez ; si une limite est réglée (`ulimit -n`), relevez-la. Rien n'est perdu ni abîmé
error-no-threads = le système ne laisse pas ce programme lancer une tâche de plus
error-no-threads-hint = fermez d'autres programmes et recommencez ; si une limite est réglée (`ulimit -u`, `ulimit -v`), relevez-la. Rien n'est perdu ni abîmé
error-done-not-printed = fait, enregistré sous { $case } ; la réponse n'a pas pu être écrite
error-done-not-printed-bare = fait ; la réponse n'a pas pu être écrite
error-done-not-printed-hint = ne recommencez pas : `boucle case show { $case }` le montre
error-no-home-folder = aucun dossier pour le nœud
error-no-home-folder-hint = indiquez-le avec --home ou BOUCLE_HOME
error-usage = commande mal formée
error-usage-hint = `boucle --help` montre les commandes
error-usage-unknown-option = option inconnue : { $option }
error-usage-unknown-option-hint = ajoutez --help à la commande pour voir ses options
error-usage-unknown-command = commande inconnue : { $command }
error-usage-unknown-command-hint = peut-être : { $near }
error-usage-unexpected-argument = un argument de trop
error-usage-unexpected-argument-hint = mettez entre guillemets ce qui contient des espaces
error-usage-bad-value = valeur refusée pour { $option }
error-usage-bad-value-hint = attendu : { $expected }
error-usage-missing = il manque : { $missing }
error-usage-missing-hint = { $interview ->
    [yes] `--help` dit ce que chacun attend ; sur un terminal, presque tout ce qui fait une plainte est demandé
   *[no] `--help` dit ce que chacun attend
}
error-usage-missing-command = il manque une sous-commande : { $commands }
error-usage-conflict = { $option } et { $other } s'excluent
error-stdin-twice = l'entrée standard (-) ne peut être lue qu'une fois
error-stdin-twice-hint = un dossier entier entre par --from-json ; sur un terminal, une option sans valeur est demandée
error-bad-record = { $file } ne décrit pas un dossier
error-bad-record-hint = un objet JSON avec les champs de `case new` ; -v dit où cela s'arrête
error-case-incomplete = une partie de ce dossier n'est pas encore arrivée, ou ne peut pas être lue ici
error-case-incomplete-hint = d'abord `boucle sync` ; ce qui est réécrit la laisserait dehors
error-nothing-on-stdin = { $field } : rien n'est venu par l'entrée standard
error-nothing-on-stdin-hint = `{ $field }=` vide le champ exprès
error-not-in-taxonomy = { $field } : code inconnu : { $value }
error-not-in-taxonomy-hint = possibles : { $near }
error-not-listed = { $field } : « { $value } » n'est pas dans la liste
error-not-listed-hint = { $may_add ->
    [yes] possibles : { $near } ; pour l'ajouter : boucle taxonomy add { $table } CODE --label NOM
   *[other] possibles : { $near } ; le ou la gestionnaire des plaintes, la coordination ou l'administration peut l'ajouter
}
error-not-offered = { $field } : « { $value } » est fermé et n'est plus proposé
error-not-offered-hint = choisissez-en un autre (`boucle taxonomy show`) ; pour le rouvrir : boucle taxonomy set { $table } { $value } --open
error-row-exists = la liste a déjà le code { $code }
error-row-exists-hint = pour le modifier : boucle taxonomy set { $table } { $code }
error-row-not-found = la liste n'a pas ce code
error-row-not-found-hint = { $near ->
    [none] pour l'ajouter : boucle taxonomy add { $table } CODE --label NOM
   *[other] possibles : { $near } ; pour l'ajouter : boucle taxonomy add { $table } CODE --label NOM
}
error-taxonomy-file-bad = rien n'est repris de { $file } : { $fault ->
    [syntax] la ligne { $line } n'est pas du TOML
    [unknown_table] le fichier a une table ou un réglage inconnu
    [table] la table { $table } n'est pas une liste d'entrées, ou elle est trop longue
    [twice] { $table } : le code { $code } s'y trouve deux fois
    [setting] { $table } { $code } : le réglage « { $setting } » ne convient pas
    [entry] { $table } { $code } : un réglage manque, est inconnu ou ne convient pas
   *[other] ce n'est pas un fichier de tables
}
error-taxonomy-file-bad-hint = corrigez le fichier ; `boucle taxonomy export FICHIER` en écrit un qui convient
error-sealed-no-level = { $ref } est scellé : aucun niveau, aucun comité ne le traite
error-sealed-no-level-hint = l'audience décide ; elle peut le remettre à une enquête (`boucle case handover`)
error-no-levels = l'organisation n'a pas de niveaux de recours
error-no-levels-hint = la coordination peut en déclarer : boucle taxonomy add level CODE --label NOM --rank 1 --within 72
error-last-level = { $ref } est déjà au dernier niveau
error-last-level-hint = répondez à la personne, puis `boucle case close { $ref } --as not_satisfied`
error-not-unsatisfied = la personne n'a pas dit que la dernière réponse ne lui suffit pas
error-not-unsatisfied-hint = notez d'abord ce qu'elle en dit : boucle case answer { $ref } --satisfied no
error-appeal-first = le recours au niveau suivant n'a pas été proposé
error-appeal-first-hint = boucle case appeal { $ref } ; si la personne n'en veut pas : boucle case appeal { $ref } --refused
error-sync-first = ce nœud n'a pas encore rencontré son organisation
error-sync-first-hint = joindre une fois un autre nœud : `boucle sync ADRESSE`
error-home-must-be-unlocked = ce dossier est en service et verrouillé
error-home-must-be-unlocked-hint = lancer `boucle run` comme une personne qui y travaille, puis rejoindre
error-bad-value = valeur refusée pour { $field }
error-bad-value-hint = attendu : { $expected }
error-zone-unknown = aucun fuseau horaire ne s'appelle { $zone }
error-zone-unknown-hint = proches : { $near }
error-unknown-field = champ inconnu : { $field }
error-unknown-field-hint = proches : { $near }
error-passphrases-differ = les deux phrases secrètes diffèrent
error-passphrase-weak = cette phrase secrète est trop faible
error-passphrase-weak-hint = au moins 12 caractères ou 5 mots, et pas une phrase connue
error-passphrase-invisible = cette phrase secrète contient un caractère qui ne se voit pas (tabulation, espace sans largeur…)
error-passphrase-invisible-hint = tapez-la au clavier au lieu de la coller : on ne saurait pas la retaper
error-name-empty = ce nom est vide ({ $field })
error-name-invisible = ce nom contient un caractère qui ne se voit pas ou qui change le sens de lecture ({ $field })
error-name-invisible-hint = tapez le nom au clavier au lieu de le coller
error-name-mixed-scripts = ce nom mêle des lettres de plusieurs alphabets qui se ressemblent : latin, cyrillique, grec… ({ $field })
error-name-mixed-scripts-hint = tapez le nom en entier avec un seul clavier ; l'arabe à côté du latin est permis
error-name-reserved = « { $name } » ne peut pas être un nom : il désigne déjà autre chose
error-name-reserved-hint = moi, me, les rôles, ce qui commence par @ et les suites de 8 chiffres ou lettres de a à f sont pris : ajoutez un nom de famille
error-control-character = { $field } : le texte contient un caractère de commande ({ $character }, caractère n° { $at })
error-control-character-hint = retirez-le et recommencez ; rien n'a été enregistré
error-env-not-utf8 = la variable { $variable } n'est pas un texte en UTF-8
error-env-not-utf8-hint = écrivez-la en UTF-8, ou supprimez-la : `unset { $variable }`
error-clock-wrong = l'horloge de cette machine indique { $now }, { $evidence ->
    [own_entry] avant la dernière entrée écrite ici ({ $than })
    [last_write] avant la dernière écriture ici ({ $than })
    [vouched] avant une heure que quelqu'un a donnée pour juste ici ({ $than })
    [program] avant que ce programme existe ({ $than })
    [restart] et { $than } avec l'écart gardé : depuis que la machine a redémarré, on ne sait pas laquelle est juste
    [ahead] plus de cinq ans après la fabrication de ce programme
   *[other] ce qui ne se peut
}
error-clock-wrong-hint = { $evidence ->
    [ahead] comparez avec un téléphone. Si elle est juste : la même commande avec --sure, ou `boucle clock set --machine`
   *[other] dites l'heure qu'il est, puis recommencez : `boucle clock set AAAA-MM-JJTHH:MM`. Si l'horloge de cette machine est juste : `boucle clock set --machine`
}
error-nothing-to-accept = aucune entrée de leur part ne porte une date impossible
error-nothing-to-accept-hint = `boucle clock show` montre celles qu'il y a
error-not-confirmed = pas confirmé : rien n'a été changé
error-recusal-not-asked = cas à sceller : la plainte vise-t-elle quelqu'un d'ici ?
error-recusal-not-asked-hint = répondez par --recuse MEMBRE|RÔLE ou --no-recusal
error-safety-unanswered = une question de sécurité est restée sans réponse : rien n'a été enregistré
error-safety-unanswered-hint = recommencez et répondez-y ; sans terminal, dites-le par les options (`--help`)
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
error-home-in-use-hint = elle travaille depuis une minute : voyez ce qu'elle fait, puis réessayez
error-home-damaged = fichier du nœud endommagé : { $file }
error-home-damaged-hint = n'y écrivez plus rien et copiez le dossier entier ; `boucle verify` dit ce qui se lit encore. Puis rejoignez l'organisation dans un autre dossier (`--home`) : les pairs rendent ce qu'ils ont
error-data-file-missing = le fichier des données manque : il devrait être { $file }
error-data-file-missing-hint = remettez-le à sa place et ne changez rien d'autre : `keys.boucle`, à côté, est sa seule clé. S'il est perdu, rejoignez l'organisation dans un autre dossier (`--home`) : les pairs rendent ce qu'ils ont
error-home-too-new = ce dossier vient d'une version plus récente ({ $found } ; ici { $supported })
error-home-too-new-hint = mettez boucle à jour
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
error-locked-bare = aucune session n'est ouverte ici
error-locked-hint = donnez la phrase secrète sur le terminal, avec --passphrase-file ou BOUCLE_PASSPHRASE
error-wrong-passphrase = phrase secrète refusée pour { $member } (ou fichier de clés endommagé)
error-wrong-passphrase-hint = vérifiez aussi le nom : `--member` ou BOUCLE_MEMBER
error-wrong-passphrase-bare = phrase secrète refusée, ou fichier de clés endommagé
error-not-permitted = le rôle { $role } ne permet pas cela
error-not-permitted-hint = demandez à { $who }
error-not-in-reach = le rôle { $role } ne porte pas jusqu'à { $site } : il vaut à son site et aux sites qui en dépendent
error-not-in-reach-bare = votre rôle ne porte pas jusqu'à { $site } : il vaut à son site et aux sites qui en dépendent
error-not-in-reach-hint = demandez à { $who }
error-member-unconfirmed = { $member } n'est pas encore confirmé·e et ne peut rien faire effacer
error-member-unconfirmed-hint = faites comparer les six mots par qui vous a invité : `boucle member confirm`
error-recused = vous êtes écarté·e de ce dossier
error-member-void = { $member } ne compte plus : quelqu'un d'autre a été confirmé sur la même invitation
error-member-void-hint = ce qui a été écrit reste sur sa machine ; si ce n'était pas la bonne personne, demandez une nouvelle invitation et refaites `boucle join`
error-key-file-bad = { $file } n'est pas un fichier de clé
error-key-file-bad-hint = choisir un autre endroit : un nouveau fichier de clé est fait là où il n'y en a pas
error-key-file-foreign = ce fichier de clé n'ouvre rien ici
error-key-file-foreign-hint = il a été fait pour un autre dossier
error-ref-not-found = aucun dossier { $ref } ici
error-ref-not-found-hint = proches : { $near }
error-ref-check-digits = { $ref } est mal recopié (les chiffres de contrôle ne vont pas)
error-ref-check-digits-hint = peut-être : { $near }
error-ref-ambiguous = { $ref } désigne plusieurs dossiers
error-ref-ambiguous-hint = donnez les chiffres à la place : { $near }
error-no-last-case = @last ne désigne encore aucun dossier
error-site-not-found = aucun site { $site }
error-site-not-found-hint = proches : { $near }
error-site-ambiguous = plusieurs sites s'appellent { $site }
error-site-ambiguous-hint = désignez-en un par son code : { $near }
error-member-not-found = aucun membre { $member }
error-member-not-found-hint = proches : { $near }
error-member-ambiguous = plusieurs membres s'appellent { $member }
error-member-ambiguous-hint = désignez-en un par les premiers chiffres de l'identifiant : { $ids } (`boucle member list` montre à qui ils sont)
error-recusal-unknown = cette machine n'a pas encore rencontré les autres et ne connaît aucun lecteur nommé { $member }
error-recusal-unknown-hint = vérifiez l'orthographe, ou écartez par le rôle (--recuse administrator) ; après une première synchronisation tous les noms sont connus. Rien n'a été enregistré ni scellé
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
error-invitation-void = l'invitation par laquelle cette machine a rejoint ne compte pas : { $by } n'a pas le droit d'inviter à ce site
error-invitation-void-bare = l'invitation par laquelle cette machine a rejoint ne compte pas : qui l'a donnée n'a pas le droit d'inviter à ce site
error-invitation-void-hint = rien n'a été écrit. Demandez une nouvelle invitation à un responsable du site et refaites `boucle join` ; `boucle status` dit ce qu'il faut reprendre
error-invitation-altered = l'invitation de { $member } a été altérée en chemin : personne n'est confirmé dessus
error-invitation-altered-hint = quelqu'un d'autre l'a eue en main. Donnez-en une nouvelle à { $member } par un chemin plus sûr, pour rejoindre dans un nouveau dossier
error-invitation-other-org = l'invitation vient d'une autre organisation que celle de ce dossier
error-invitation-other-org-hint = utilisez un autre dossier avec --home
error-words-do-not-match = les six mots ne sont pas ceux de { $member }
error-words-do-not-match-hint = relisez-les de vive voix ; s'ils diffèrent encore, n'acceptez pas cette personne
error-six-words = ce sont six mots que l'on compare
error-six-words-hint = mettez les six après --words, comme entendus ; sans --words, les six à lire sont montrés
error-no-numbers-left = plus de numéro de référence libre sur cet appareil
error-no-numbers-left-hint = synchronisez avec un nœud d'administration ; les dossiers sont enregistrés avec une marque provisoire
error-no-reader-left = il doit rester au moins une personne qui puisse lire ce cas dans l'audience { $audience }
error-no-reader-left-hint = nommez une autre audience
error-everybody-set-aside = toutes les personnes qui pourraient lire ce cas sont écartées : il reste comme il était. Appelez la direction de l'organisation ou la coordination
error-everybody-set-aside-hint = quelqu'un que vous n'avez pas écarté : { $call }
error-no-case = aucun dossier n'est ouvert
error-case-exists = le dossier existe déjà
error-missing = il manque : { $fields }
error-field-fixed = { $field } est écrit une seule fois, par le système
error-field-by-verb = { $field } ne se modifie pas directement
error-field-by-verb-hint = un acte le fait : { $verb }
error-ambiguous-code = { $field } : plusieurs réponses correspondent
error-ambiguous-code-hint = dites laquelle : { $near }
error-unknown-code = { $field } : cette réponse n'existe pas
error-unknown-code-hint = possibles : { $near }
error-too-long = { $field } est trop long (au plus { $bytes_max } octets)
error-act-too-large = ce qui est écrit en une fois est trop long (au plus { $bytes_max } octets)
error-act-too-large-hint = raccourcissez, ou écrivez-le en plusieurs notes
error-cannot-be-granted = le dossier ne peut être scellé pour ses lecteurs : rien n'a été enregistré
error-cannot-be-granted-hint = `boucle audience list` dit qui lit ; synchronisez, puis réessayez
error-nothing-to-clear = { $field } est déjà vide
error-field-required = { $field } ne peut pas rester vide
error-no-conflict = { $field } n'est pas en conflit
error-no-conflict-hint = `boucle case conflicts` montre ce qui est à régler
error-no-such-pick = choisissez un numéro de 1 à { $choices }
error-no-such-pick-hint = `boucle case conflicts` les montre
error-withheld = { $field } fait partie de ce que vous ne pouvez pas lire
error-withheld-hint = ajoutez une note : elle parvient à ceux qui peuvent lire
error-outside-audience = ce dossier est scellé pour une audience dont vous n'êtes pas
error-outside-audience-hint = vous pouvez ajouter des informations : note, act, attempt, consent
error-outside-for-good = ce dossier est scellé pour une audience dont vous n'êtes pas, par une version plus ancienne : on ne peut rien y ajouter du dehors
error-outside-for-good-hint = dites-le de vive voix à une personne de l'audience, ou appelez le téléphone de garde
error-must-be-restricted = un dossier de sensibilité { $level } est scellé pour une audience
error-must-be-restricted-hint = nommez l'audience
error-needs-sealing = la sensibilité { $level } demande de sceller le dossier
error-needs-sealing-hint = `{ $command }` le scelle, avec --recuse MEMBRE|RÔLE ou --no-recusal
error-already-sealed = le dossier est déjà scellé
error-already-sealed-hint = rien à faire : seule son audience le lit
error-already-there = le dossier se trouve déjà à { $site }
error-already-there-hint = confiez-le à quelqu'un de là-bas : `boucle case assign { $ref } QUI`
error-move-to-partner = { $site } est un partenaire : déplacer le dossier lui donnerait tout
error-move-to-partner-hint = transmettez-lui ce qu'il lui faut : `boucle case refer { $ref } --to { $site }`
error-deputy-unfit = { $who } ne peut pas remplacer cette personne
error-deputy-unfit-hint = il faut quelqu'un d'autre qu'elle, confirmé et qui n'est pas absent
error-only-site-reader = ce dossier est à { $site } : cela revient à qui lit les dossiers de { $site }
error-only-site-reader-hint = demandez-le à quelqu'un de { $site }
error-partner-by-transfer = { $of ->
    [deputy] { $who } travaille pour un partenaire : un partenaire ne remplace que les siens
    [route] { $who } travaille pour un partenaire : aucun dossier d'un autre site n'y va de lui-même
   *[case] { $who } travaille pour un partenaire : un partenaire ne lit que ce qui lui est transmis
}
error-partner-by-transfer-hint = { $of ->
    [deputy] choisissez une personne de votre organisation
   *[other] transmettez ce qu'il faut au partenaire, dossier par dossier : `boucle case refer { $ref } --to { $site }`
}
error-nobody-reads-there = personne de confirmé ne lit les dossiers de { $site } : le dossier n'arriverait à personne
error-nobody-reads-there-hint = choisissez un autre site ; ou invitez et confirmez là-bas quelqu'un qui lit : `boucle invite --site { $site } --role cfm_manager`. Si vous n'avez pas rencontré d'autres appareils récemment : `boucle sync`
error-field-kept-back = { $labelled } n'est pas transmis : { $answer ->
        [refused] la personne a refusé
        [withdrawn] la personne a retiré son accord pour
       *[other] la personne n'a pas encore été interrogée sur
    } « { $purpose ->
        [refer_external] { purpose-refer-external }
        [share_identity_in_sensitive] { purpose-share-identity-in-sensitive }
       *[other] { purpose-refer-internal }
    } »
error-field-kept-back-hint = envoyer sans identité ? Laissez ce champ de côté. Sinon demandez à la personne, puis `boucle case consent { $ref } { $purpose } given`
error-own-words-needed = les propos restent ici : { $answer ->
        [refused] la personne a refusé
        [withdrawn] la personne a retiré son accord pour
       *[other] la personne n'a pas encore été interrogée sur
    } « { $purpose ->
        [refer_external] { purpose-refer-external }
        [share_identity_in_sensitive] { purpose-share-identity-in-sensitive }
       *[other] { purpose-refer-internal }
    } »
error-own-words-needed-hint = envoyer sans identité ? Dites en vos mots, sans noms, ce qu'ils doivent savoir : `boucle case refer { $ref } --to "{ $to }" --fields all --text -`
error-refer-is-for-sites = un dossier ordinaire se transmet à un site, pas à { $who }
error-refer-is-for-sites-hint = { $kind ->
    [partner] { $who } travaille pour un partenaire : `boucle case refer { $ref } --to { $site }`
   *[other] pour le lui donner à traiter : `boucle case assign { $ref } "{ $who }"`
}
error-share-is-for-persons = un dossier se partage avec un membre ou un rôle, pas avec tout le site { $site }
error-share-is-for-persons-hint = pour le transmettre à ce site : `boucle case refer { $ref } --to { $site }`
error-sealed-to-persons = un dossier scellé se transmet à des personnes, pas à tout { $site }
error-sealed-to-persons-hint = nommez un membre ou un rôle : `boucle case refer { $ref } --to QUI`
error-nobody-to-receive = { $who } ne désigne personne d'autre qui soit confirmé
error-nobody-to-receive-hint = voyez qui il y a : `boucle member list`
error-readers-too-many = { $n } personnes tiennent ce rôle ; un dossier scellé se transmet à { $most } au plus
error-readers-too-many-hint = nommez une à une celles qui doivent le recevoir
error-not-shared = le dossier n'est partagé ni avec cette personne ni avec ce site
error-not-shared-hint = voyez avec qui il l'est : `boucle case show { $ref }`
error-only-sealed = seul un cas scellé suit cette voie
error-only-sealed-hint = un cas ordinaire : `boucle case refer { $ref } --outside` ; pour le sceller : `boucle case seal { $ref }`
error-only-ordinary = un cas scellé ne reçoit pas de réponse publique
error-only-ordinary-hint = la personne reçoit seule sa réponse : `boucle case answer { $ref }`
error-shared-by-audience = un dossier scellé se lit par son audience, il ne se partage pas avec d'autres
error-shared-by-audience-hint = appelez quelqu'un de son audience : `boucle audience list`
error-not-sealed = le dossier n'est pas scellé
error-not-sealed-hint = sa sensibilité s'abaisse sur place
error-allegation-inside = le dossier contient une allégation : il reste scellé
error-allegation-inside-hint = notez ce qui est ordinaire dans un dossier à part
error-nothing-to-erase = il ne reste rien d'une version antérieure de ce dossier
error-nothing-to-erase-hint = on ne peut encore effacer que ce qu'un dossier était avant d'être scellé
error-nothing-to-approve = personne d'autre n'a proposé d'effacer la version antérieure de ce dossier
error-nothing-to-approve-hint = `boucle case erase { $ref }` le propose
error-second-signature-needed = déjà proposé : un autre appareil doit approuver
error-second-signature-needed-hint = là-bas : `boucle case erase --approve { $ref }`
error-late-edits-waiting = des ajouts sont venus après le scellement et son audience ne les a pas encore
error-late-edits-waiting-hint = synchronisez d'abord avec l'audience ; `--late-too` les efface aussi
error-word-not-found = mot absent de la liste { $lang }
error-word-not-found-hint = `boucle words show` les montre
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
error-asked-self = c'est à vous-même que la question serait posée
error-asked-self-hint = nommez quelqu'un d'autre qui lit le cas ; pour vous-même : boucle case note { $ref }
error-asked-cannot-read = { $who } ne lit pas ce cas et ne pourrait pas répondre
error-asked-cannot-read-hint = demandez à quelqu'un qui le lit ; ou laissez d'abord cette personne le lire : boucle case share { $ref } --with { $who }
error-case-not-read = ce dossier est à qui le lit : vous pouvez y ajouter une note, et rien de plus
error-case-not-read-hint = demander à qui l'a de vous le confier : `boucle case share { $ref } --with` et votre nom
error-hold-over = ce jour est déjà passé : une mise en attente finit plus tard
error-hold-over-hint = donner un jour à venir avec --until, ou ne pas en donner
error-already-accepted = vous avez déjà pris ce dossier en charge
error-never-assigned = une plainte ne se clôt pas sans avoir été confiée à quelqu'un
error-never-assigned-hint = `boucle case assign { $ref } QUI`
error-not-answered = aucune réponse n'a encore été donnée
error-not-answered-hint = `boucle case answer { $ref }` l'enregistre
error-not-satisfied = la personne n'a pas dit être satisfaite
error-not-satisfied-hint = demandez-lui, puis `boucle case answer { $ref } --satisfied yes|partly|no|declined`
error-said-otherwise = la personne a dit si elle est satisfaite : ce n'est pas « répondu »
error-said-otherwise-hint = `boucle case close { $ref } --as { $reason }`
error-why-not-asked = personne n'a demandé à la personne si elle est satisfaite, ni dit pourquoi
error-why-not-asked-hint = demandez-lui, puis `boucle case answer { $ref } --satisfied yes|partly|no|declined` ; sinon `boucle case close { $ref } --as answered --reason` dit pourquoi
error-answered-once = une seconde réponse n'a pas été proposée
error-answered-once-hint = proposez-la, et dites comment faire appel
error-not-unreachable = essais sur { $days } jours depuis le dernier contact, il en faut { $needed }
error-not-unreachable-hint = `boucle case attempt { $ref } --outcome no_answer` enregistre un essai
error-not-resolved = le dossier n'a pas de résultat
error-not-resolved-hint = `boucle case resolve { $ref }` l'enregistre
error-not-anonymous = la personne n'est pas anonyme, ou peut être jointe
error-not-anonymous-hint = répondez-lui plutôt
error-no-survivor = aucun lien vers le dossier qui reste
error-no-survivor-hint = réunissez-le : `boucle case merge { $ref } INTO` ; ou reliez-le d'abord : `boucle case link { $ref } OTHER --as duplicate`
error-not-a-prank = la catégorie n'est pas other.prank
error-no-direction = la personne n'a pas été orientée ailleurs
error-no-direction-hint = dites-lui où s'adresser : `boucle case answer { $ref }`
error-other-verb = clore comme { $reason } fait partie de `{ $verb }`
error-before-received = la clôture serait datée d'avant la réception
error-before-received-hint = vérifiez l'horloge, ou la date de réception
error-assignee-recused = { $who } ne doit pas voir ce cas : il ne peut pas lui être transmis
error-assignee-recused-hint = transmettez-le à quelqu'un d'autre : `boucle case assign { $ref } QUI`
error-assignee-outside-audience = { $who } ne peut pas ouvrir ce cas : il est scellé, et cette personne n'est pas de son groupe
error-assignee-outside-audience-hint = `boucle audience list` montre qui peut l'ouvrir. Pour confier une partie du travail à quelqu'un d'autre : `boucle case refer { $ref } --to QUI`
error-consent-refuses-referral = { $purpose ->
    [refer_external] la personne a refusé que sa plainte soit transmise hors de l'organisation, et { $who } ne la lit pas déjà
   *[other] la personne a refusé que sa plainte soit transmise en interne, et { $who } ne la lit pas déjà
}
error-consent-refuses-referral-hint = envoyer sans identité ? `boucle case refer { $ref } --to SITE` dit ce qui peut partir. Sinon confiez-la à quelqu'un qui la lit déjà sur son site, ou redemandez à la personne, puis `boucle case consent { $ref } { $purpose } given`
error-no-contact-consent = la personne n'a pas accepté d'être recontactée
error-no-contact-consent-hint = demandez-lui, puis `boucle case consent { $ref } contact_back given`
error-no-referral-consent = la personne a refusé que le cas soit transmis hors de l'organisation
error-no-referral-consent-hint = redemandez seulement si quelque chose a changé : `boucle case consent { $ref } refer_external given`
error-not-sent-outside = rien de transmis hors du système n'attend d'être confirmé
error-not-sent-outside-hint = `boucle case refer { $ref } --outside` le transmet ; à l'intérieur, la personne à qui il est confié le prend en charge
error-answer-expected = la personne attend une réponse : ce cas ne se clôt pas comme simple prise de note
error-answer-expected-hint = `boucle case answer { $ref }` enregistre la réponse
error-why-missing = pour clore avec ce motif, dites pourquoi
error-why-missing-hint = `boucle case close { $ref } --as … --reason` dit ce qui en a été fait, ou pourquoi il n'est pas retenu
error-assignee-torn = plusieurs personnes ont ce cas, et personne n'a choisi entre elles
error-assignee-torn-hint = `boucle case settle { $ref } assignee --pick N`
error-given-by-nobody-else = personne d'autre ne vous a confié ce cas
error-given-by-nobody-else-hint = confiez-le à qui il revient : `boucle case assign { $ref } WHO`
error-contact-allowed = la personne n'a pas refusé d'être recontactée
error-contact-allowed-hint = répondez-lui : `boucle case answer { $ref }`
error-manager-only = réservé à la gestion des plaintes ou à la coordination
error-not-on-hold = le dossier n'est pas en attente
error-self-link = un dossier ne se lie pas à lui-même
error-survivor-closed = le dossier qui doit continuer est clos
error-survivor-closed-hint = rouvrez-le avec `boucle case reopen`, ou réunissez avec le dossier qui continue
error-not-merged = le dossier { $ref } n'est pas réuni à un autre
error-not-merged-hint = à quoi il est relié : `boucle case show { $ref }`
error-still-merged = les deux dossiers sont réunis
error-still-merged-hint = séparez-les d'abord : `boucle case unmerge REF`, avec celui qui doit être rouvert
error-link-would-tell = { $ref } et { $other } sont scellés pour des personnes différentes : un lien leur apprendrait l'existence de l'autre
error-link-would-tell-hint = rien n'a été écrit ; ajoutez une note à celui dont les lecteurs peuvent connaître l'autre
error-merge-across-seal = de { $ref } et { $other }, l'un est scellé et l'autre non
error-merge-across-seal-hint = scellez d'abord l'autre (`boucle case seal`), ou reliez-les seulement : `boucle case link { $ref } { $other } --as duplicate`
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
error-not-a-file = { $file } n'est pas un fichier
error-not-a-file-hint = Ni périphérique, ni dossier, ni tube n'est lu : enregistrez d'abord l'export dans un fichier.
error-too-many-columns = { $file } a trop de colonnes ({ $found })
error-too-many-rows = { $file } a trop de lignes
error-too-many-rows-hint = importez-le en plusieurs parties
error-not-text = { $file } n'est pas un texte CSV, mais { $looks_like }
error-not-text-hint = exportez-le en CSV
error-not-utf8 = { $file } n'est pas un texte en UTF-8
error-not-utf8-bare = ce qui a été tapé ou envoyé n'est pas un texte en UTF-8
error-not-utf8-hint = convertissez-le d'abord : `iconv -f ISO-8859-1 -t UTF-8` ; pour un terminal, réglez son encodage sur UTF-8
error-no-header = { $file } n'a pas les colonnes attendues ({ $looked_for })
error-no-header-hint = vérifiez --as, exportez avec les noms XML, ou donnez --mapping
error-labels-as-header = { $file } a pour en-tête les questions, non leurs noms
error-labels-as-header-hint = dans KoboToolbox : Télécharger, CSV, « Valeurs et en-têtes XML » ; ou nommez les colonnes avec --mapping
error-same-file = { $file } est le fichier à importer
error-same-file-hint = donnez un autre nom à --rejects
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
error-peer-refused = { $peer } a refusé : { $reason ->
    [void] l'invitation de cette machine a été accordée à quelqu'un d'autre
    [invite_used] quelqu'un d'autre a été confirmé sur l'invitation de cette machine
    [invite_expired] la date de l'invitation est passée, ou on y a mis fin
    [invite_void] l'invitation de cette machine ne compte pas : qui l'a donnée n'a pas le droit d'inviter à son site
    [bad_signature] cette machine ne peut pas prouver qu'elle est ce qu'elle dit, ou son invitation dit autre chose que le journal
    [differs] les deux ont des entrées différentes sous un même nom
   *[other] { $reason }
}
error-peer-refused-hint = { $reason ->
    [void] ce qui a été écrit est gardé ici ; appelez qui vous a invité : si cette machine est la bonne, demandez une nouvelle invitation
    [invite_used] ce qui a été écrit est gardé ici ; appelez qui vous a invité : si cette machine est la bonne, demandez une nouvelle invitation
    [invite_expired] ce qui a été écrit attend sur cette machine : demandez une nouvelle invitation, ou portez-le sur une clé (`boucle carry`) à quelqu'un qui peut accueillir un retardataire
    [invite_void] ce qui a été écrit est gardé ici et n'atteint personne : demandez une nouvelle invitation à un responsable du site, refaites `boucle join`, et reprenez-le
    [bad_signature] demandez une nouvelle invitation ; vérifiez avec `boucle doctor` que ce dossier n'a pas été mêlé à un autre
    [differs] lancez `boucle verify` sur les deux machines et remettez les résultats à l'équipe technique
   *[other] `boucle doctor` examine cette machine ; -v en dit plus
}
error-peer-other-org = { $peer } appartient à une autre organisation
error-sync-cut = la liaison avec { $who } a été coupée{ $to_receive ->
    [0] {""}
   *[other] {" "}; modifications reçues : { $kept } sur { $to_receive } gardées
}{ $to_send ->
    [0] {""}
   *[other] {" "}; modifications envoyées : { $sent } sur { $to_send }
}
error-sync-cut-hint = relancez : ce qui est arrivé entier est gardé, la suite reprend de là
error-peer-stopped = { $who } a répondu, puis n'a plus rien dit pendant { $seconds } s{ $to_receive ->
    [0] {""}
   *[other] {" "}; modifications reçues : { $kept } sur { $to_receive } gardées
}{ $to_send ->
    [0] {""}
   *[other] {" "}; modifications envoyées : { $sent } sur { $to_send }
}
error-peer-stopped-hint = la liaison ou l'autre machine s'est arrêtée en route : relancez, la suite reprend de là
error-bundle-name = le nom d'un paquet finit par .boucle : { $file }
error-bundle-name-hint = nommez un dossier pour qu'un nom soit choisi
error-file-exists = { $file } existe déjà
error-file-exists-hint = donnez un autre nom ; rien n'est écrasé
error-inside-home = { $file } est dans le dossier du nœud
error-inside-home-hint = donnez un endroit hors de ce dossier
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
error-bundle-cut = { $file } finit trop tôt : { $bytes } octets sur { $expected } ; { $kept ->
    [0] rien n'en a été pris
   *[other] { $kept } entrées sur { $of } gardées, nouvelles ici : { $taken }
}
error-bundle-cut-bare = { $file } finit trop tôt
error-bundle-cut-hint = copiez-le de nouveau, puis importez-le de nouveau : ce qui est gardé n'est plus à refaire, la suite s'y ajoute
error-bundle-damaged = { $file } est abîmé ou a été modifié ; { $kept ->
    [0] rien n'en a été pris
   *[other] { $kept } entrées sur { $of } gardées, nouvelles ici : { $taken }
}
error-bundle-damaged-bare = { $file } est abîmé ou a été modifié
error-bundle-damaged-hint = copiez-le de nouveau, ou demandez-en un autre : ce qui est gardé n'est plus à refaire, la suite s'y ajoute
error-bundle-sender = { $file } est refusé : { $reason ->
    [bad_signature] la signature de qui l'a fait ne tient pas
    [unknown_device] l'appareil qui l'a fait est inconnu ici
    [invite_used] son invitation a servi à quelqu'un d'autre
    [invite_void] son invitation ne compte pas : qui l'a donnée n'a pas le droit d'inviter à son site
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
error-stick-not-writable = impossible d'écrire sur { $stick } ; { $back ->
    [0] rien n'y était à lire
    [one] une entrée en a été lue, elle est gardée
   *[other] { $back } entrées en ont été lues, elles sont gardées
}
error-stick-not-writable-hint = la clé est peut-être verrouillée ou montée en lecture seule (-v dit la cause) ; déverrouillez-la et recommencez, sinon rien de vous ne part
error-not-a-folder = { $folder } n'est pas un dossier
error-bad-address = { $address } n'est pas une adresse
error-bad-address-hint = une multiadresse (/ip4/192.168.1.5/tcp/4001) ou HÔTE:PORT
error-cannot-listen = impossible d'écouter sur { $address }
error-cannot-listen-hint = le port est peut-être pris : choisissez-en un autre avec --listen
error-text-looks-wrong = les lettres de { $file } ne se lisent pas : le codage n'est ni UTF-8, ni celui du français, ni l'arabe Windows-1256 ; rien n'est repris
error-text-looks-wrong-hint = exportez de nouveau en UTF-8, ou dites le codage : `--encoding windows-1256` (ou iso-8859-6, windows-1251…)
error-encoding-unknown = codage inconnu : { $encoding }
error-encoding-unknown-hint = par exemple utf-8, windows-1252, windows-1256, iso-8859-6, windows-1251
error-batch-not-found = aucune importation { $batch } sur cette machine
error-batch-not-found-hint = celles d'ici : { $near }
error-batch-not-yours = l'importation { $batch } est celle de quelqu'un d'autre
error-batch-not-yours-hint = qui l'a faite la défait
error-batch-answered-twice = la ligne { $row } donne une autre réponse pour le même cas
error-batch-answered-twice-hint = gardez une seule des deux lignes
error-batch-no-day = cette date n'existe pas
error-batch-no-day-hint = écrivez-la jour/mois/année
error-calls-empty = personne n'est à aller voir
error-calls-empty-hint = une personne est sur cette liste quand sa réponse est prête, qu'elle ne l'a pas reçue et qu'on peut aller la voir ; `boucle todo` montre les autres
error-site-root = { $site } est le premier site de l'organisation : il reste ouvert
error-site-root-hint = `boucle site list` montre les autres
error-place-in-circle = { $code } contient déjà { $parent } : aucun lieu n'est dans lui-même
error-place-in-circle-hint = donnez à l'un des deux un autre lieu : `boucle taxonomy set place CODE --parent LIEU`
error-level-rank-taken = { $code } a déjà le rang { $rank } : chaque niveau a le sien
error-level-rank-taken-hint = `boucle taxonomy show level` montre les rangs
error-batch-empty = il ne reste aucun cas pour la liste
error-batch-empty-hint = `--dry-run` dit pourquoi chacun est laissé de côté
error-routing-no-header = { $file } n'a pas de ligne de titres : cherchés { $looked_for }
error-routing-no-header-hint = nommez les colonnes dans la première ligne : le site, et pour qui ou quel téléphone
error-routing-twice = { $file } dit deux choses différentes de { $site }
error-routing-twice-hint = regardez aussi la ligne { $other }, et gardez une des deux
error-batch-no-header = { $file } n'a pas de ligne de titres : cherchés { $looked_for }
error-batch-no-header-hint = renvoyez la liste telle qu'elle est partie, avec ses titres
error-batch-of-whom = { $file } ne dit pas de qui sont ces réponses
error-batch-of-whom-hint = dites-le : `--to NOM`
error-incident-not-found = aucun cas ouvert de l'incident { $incident } n'est ici
error-incident-not-found-hint = `boucle case list --incident { $incident }` montre ses cas
error-no-route = personne n'est désigné pour ce cas, et sa catégorie ne désigne personne
error-no-route-hint = nommez quelqu'un, ou dites qui reçoit de tels cas : `boucle routing set`
error-site-closed = { $site } est fermé : plus rien de nouveau n'y va
error-site-closed-hint = `boucle site list` montre les autres ; il rouvre par `boucle site set { $site } --open`
error-route-sealed = les cas de { $category } sont scellés : ils vont à leur audience, quel que soit le site
error-route-sealed-hint = de qui il s'agit : `boucle audience list`
error-import-format-unknown = format inconnu : { $format }
error-import-format-unknown-hint = formats lus : kobo, whatsapp, sms
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
ui-warning = attention : { $message }
ui-namesakes = Entre parenthèses, les chiffres de l'identifiant : plusieurs portent ce nom, ou un nom qui se lit pareil.
ui-nothing = rien à montrer
ui-clock-against = C'est { $evidence ->
    [own_entry] avant votre dernière entrée ({ $than })
    [last_write] avant la dernière écriture ici ({ $than })
    [vouched] avant une heure que quelqu'un a donnée pour juste ici ({ $than })
    [program] avant que ce programme existe ({ $than })
   *[other] plus de cinq ans après la fabrication de ce programme
}. Si c'est juste quand même, tapez-le encore une fois.
ui-not-understood = Je n'ai pas compris cette réponse.
ui-yes = oui
ui-no = non
ui-withheld = [réservé]
ui-usage-heading = Utilisation :
ui-commands-heading = Commandes
ui-global-heading = Options communes
ui-eta = encore { $time }
ui-ready = prêt : { $addresses }
state-ok = bien
state-warn = à voir
state-bad = MAL
ui-advice = à faire : { $message }
ui-withheld-personal = Identité et propos : réservés.
ui-withheld-sensitive = Partie scellée : pour son audience seule (tout dossier en a une).
ui-restricted-notice = dossier scellé pour une audience
ui-conflict-by = par { $by }, { $at }
ui-sections-missing = { $n ->
    [one] D'une entrée, on n'a ici que l'en-tête ou une partie : ce qui manque viendra de qui l'a.
   *[other] De { $n } entrées, on n'a ici que l'en-tête ou une partie : ce qui manque viendra de qui l'a.
}
ui-held = { $n ->
    [one] Un enregistrement est gardé sous scellé sur cette machine : toutes les personnes qui pourraient le lire sont écartées. Appelez la direction de l'organisation
   *[other] { $n } enregistrements sont gardés sous scellé sur cette machine : toutes les personnes qui pourraient les lire sont écartées. Appelez la direction de l'organisation
    }
ui-sync-gaps = Il manque des parties d'entrées : de { $here } ici, de { $there } là-bas.
ui-sync-gaps-of = Il manque des parties d'entrées : de { $here } ici, de { $there } là-bas. Leurs auteurs les ont : { $authors }.
ui-half-to = Transmis à { $site }, là-bas { $ref } : { $status }.
ui-half-to-unseen = Transmis ; la suite n'est pas encore arrivée ici.
ui-half-returned = { $why ->
    [need_info] Question posée : { $text } Votre prochaine note sur ce cas leur parvient comme réponse ; ou écrivez là-bas : `boucle case note { $ref }`
   *[other] Le cas est rendu, il n'est pas pour eux : { $text }
}
ui-half-from = Transmis par { $site }, là-bas { $ref } : { $status }.
ui-link-unseen = un dossier qui ne vous est pas ouvert
ui-half-from-unseen = Transmis par un autre site ; leur dossier ne vous est pas ouvert.
ui-half-open = Attention : là-bas, ce dossier n'est pas scellé. Qui lit les dossiers de { $site } le lit.
ui-half-moved-to = Déplacé à { $site } ; la suite s'y passe : { $status }.
ui-half-moved-to-unseen = Déplacé à un autre site ; la suite n'est pas encore arrivée ici.
ui-half-moved-from = Déplacé ici depuis { $site }. Le dossier d'avant : `boucle case show { $ref }@{ $site }`.
ui-half-moved-from-unseen = Déplacé ici depuis un autre site ; le dossier d'avant n'est pas encore arrivé.
ui-half-merged-into = Réuni à { $ref } ({ $site }), qui continue : { $status }.
ui-on-event-failed = La commande de `--on-event` échoue. Le nœud continue sans elle ; cela n'est pas redit.
ui-half-merged = { $ref } ({ $site }) a été réuni à ce dossier. Son histoire : `boucle case history { $ref }`.
ui-half-duplicate-of = Signalé comme doublon de { $ref } ({ $site }) : { $status }.
ui-half-has-duplicate = { $ref } ({ $site }) est signalé comme doublon de ce dossier : { $status }.
ui-half-duplicate-unseen = Une même affaire avec un dossier qui n'est pas arrivé ici, ou qui ne vous est pas ouvert.
ui-half-related = Lié à { $ref } ({ $site }) : { $status }.
ui-half-related-unseen = Lié à un dossier qui n'est pas arrivé ici, ou qui ne vous est pas ouvert.
ui-people = Personnes concernées : { $n }. Pour les dossiers réunis à celui-ci :
ui-person-to-tell = { $ref } : encore à informer : { $who }. Une fois fait : `boucle case answer { $ref }`
ui-person-told = { $ref } : informée : { $who }
ui-person-no-contact = { $ref } : ne veut pas être recontactée : { $who }
ui-person-unnamed = personne de nommé
ui-alike-older = Peut-être la même affaire que { $ref } ({ $site }, { $day }, { $status }), plus ancien : { $why }.
ui-alike-newer = Peut-être la même affaire que { $ref } ({ $site }, { $day }, { $status }), plus récent : { $why }.
ui-duplicates-more = Seulement les { $n } plus récentes. D'un dossier : `boucle case duplicates REF`
ui-duplicates-hint = Une seule affaire : `boucle case merge { $ref } { $of }`, ou, pour qui ne décide pas : `boucle case link { $ref } { $of } --as duplicate`. Deux : `boucle case link { $ref } { $of } --as related`, et ils ne sont plus proposés.
ui-history-merged = De { $ref }, réuni à ce dossier :
ui-conflict-links = réuni à { $ref }, et { $ref } à celui-ci : les deux sont ouverts tant que l'un n'est pas sorti (`boucle case unmerge`)
ui-move-readers = Qui pouvait le lire jusqu'ici lit toujours ce qui y est écrit : { $names }.
ui-move-readers-none = Personne d'autre que vous ne pouvait le lire jusqu'ici.
ui-refer-choices = Peut partir en plus, si vous le nommez avec `--fields` : { $fields }.
ui-refer-kept-back = Gardé ici, { $answer ->
        [refused] la personne a refusé
        [withdrawn] la personne a retiré son accord pour
       *[other] la personne n'a pas encore été interrogée sur
    } « { $purpose } » : { $fields }.
ui-refer-needs-text = Les propos restent ici : dites en vos mots, sans noms, ce qu'ils doivent savoir, avec `--text -`.
ui-outbox-empty = Rien n'a été saisi ici que d'autres doivent lire.
ui-outbox-left = { $n ->
    [0] encore ici seulement
    [one] sur une autre machine
   *[other] sur { $n } autres machines
}
ui-outbox-saved = enregistré { $at }
ui-outbox-assigned = Confié à d'autres, qui ne l'ont pas encore lu :
ui-outbox-given = à { $who }, { $at }
ui-outbox-here = encore ici seulement
ui-outbox-gone = parti ; sur aucune de leurs machines encore
ui-outbox-stored = sur une de leurs machines depuis { $at } ; personne ne s'est identifié
ui-outbox-more = { $n ->
    [one] et un autre : boucle case list --not-delivered
   *[other] et { $n } autres : boucle case list --not-delivered
}
ui-far-sent = envoyé { $at }, par { $who }
ui-far-here = confié { $at }, par { $who } : encore sur cette machine seulement
ui-far-stored = sur une machine de { $who } depuis { $at }
ui-far-not-stored = sur aucune machine de { $who } encore, à ce qu'on sait ici
ui-far-delivered = chez { $who }, une fois identifié, depuis { $at }
ui-far-not-delivered = pas encore chez { $who }, identifié et en mesure de le lire
ui-far-accepted = pris en charge par { $who }, { $at }
ui-far-not-accepted = pas encore pris en charge
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
ui-unmerge-hint = celui qui doit continuer : boucle case unmerge { $ref }
ui-question = { $question } :
ui-question-text = { $question } : (plusieurs lignes ; une ligne vide termine)
ui-checking = vérification…
ui-until-end = (Ctrl-D termine)
ui-home-waiting = une autre commande travaille sur { $home } : on attend qu'elle finisse…
ui-values = ({ $values })
progress-entries = entrées
progress-rows = lignes
progress-cases = dossiers
progress-bytes = octets

## Remarques d'un import
topic-sea = exploitation, abus ou harcèlement sexuels
topic-child = violence contre un enfant
topic-violence = violence
topic-threat = menaces ou représailles
topic-self-harm = suicide ou automutilation
topic-fraud = fraude ou corruption
topic-conduct = conduite
topic-other = un mot de votre liste
remark-sensitive-words = mots qui appellent le scellement : relisez la ligne, et scellez le dossier s'ils sont voulus
remark-wrong-cell-count = { $found } cellules au lieu de { $expected } : un guillemet ou un séparateur est mal placé ; rien de la ligne n'est repris
remark-cells-moved = les cellules de la ligne sont décalées (un guillemet ou un séparateur est mal placé) : rien de la ligne n'est repris
remark-control-character = contient un caractère de commande ({ $character }, caractère n° { $at }) : retirez-le dans le fichier
remark-cell-too-long = trop long (au plus { $max } octets)
remark-missing = valeur indispensable absente
remark-unmapped-value = valeur inconnue des codes et de la correspondance{ $value ->
    [none] {""}
   *[other] { " " }: { $value }
} ; à ajouter sous [values.{ $table }] d'un fichier --mapping
remark-unlisted-value = pas dans la liste{ $value ->
    [none] {""}
   *[other] { " " }: { $value }
} ({ $n } lignes) : gardé tel quel ; à ajouter avec `boucle taxonomy add`
remark-bad-time = { $used ->
    [none] date illisible : la ligne n'est pas reprise. Se lisent : 2026-03-13, 2026-03-13T09:10:00+01:00, 13/03/2026 09:10 (si une date de la colonne tranche entre jour et mois)
   *[other] date illisible ; pris à la place : { $used }
}
remark-no-offset = heure sans fuseau, prise dans celui du site ({ $zone })
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
remark-repeat-differs = déjà vue dans ce fichier avec un autre contenu (ligne { $of }) : non reprise ; si c'est une autre plainte, donnez-lui un identifiant à elle
remark-not-approved = refusée dans le système d'origine ; reprise quand même
remark-column-twice = deux colonnes pour un champ, les deux sont lues ; l'autre : { $other }
remark-columns-joined = remplie en plus de { $other } dans { $n } { $n ->
    [one] ligne
   *[other] lignes
} : les deux textes sont repris, l'un après l'autre
remark-values-differ = dit autre chose que { $other }, qui est gardé : cette valeur n'est pas reprise, à regarder
remark-closed-unanswered = clos à la source, sans réponse dans la ligne : le dossier reste ouvert
remark-closed-stays-open = clos à la source, mais scellé ici, pas satisfait ou daté de l'avenir : le dossier reste ouvert
import-grave = à voir d'abord : la ligne parle peut-être d'un fait grave, et rien n'en est gardé ici
remark-time-rewritten = date réécrite par un tableur, lue comme le { $used }
remark-changed-since = déjà importée, avec un autre contenu ; le dossier reste tel qu'il est ici : à regarder
remark-nul-removed = des octets nuls ont été enlevés
remark-text-repaired = caractères d'un autre codage que le reste : { $n }
remark-text-looks-wrong = lettres accentuées douteuses à { $n } { $n ->
    [one] endroit
   *[other] endroits
} : exportez de nouveau en UTF-8, sinon des mots qui appellent le scellement peuvent passer inaperçus
remark-odd-date = reçu le { $day }, avant 2000 ou dans l'avenir : vérifiez la date
remark-sealed-edited = modifiée depuis à la source, et scellée ici : rien n'est gardé pour comparer ; à l'audience de regarder
remark-sealed-not-compared = déjà importées, scellées ou sur une autre machine : { $n }. Si la source les a changées depuis ne peut se dire
remark-sealed-elsewhere = lignes devenues des dossiers scellés : { $n }. Si une autre machine les a importées aussi ne peut se dire ici
remark-blank-row = ligne vide
remark-header-again = en-tête répété

## Bilan de santé (doctor) : ce qui est trouvé, puis (-advice) que faire
doctor-clock-ok = l'horloge indique { $now }
doctor-clock-behind-program = l'horloge indique { $now }, avant que ce programme existe ({ $than })
doctor-clock-behind-program-advice = dites l'heure qu'il est : `boucle clock set`
doctor-clock-behind-files-advice = dites l'heure qu'il est : `boucle clock set`
doctor-clock-behind-entry = l'horloge indique { $now }, avant la dernière entrée écrite ici ({ $than })
doctor-clock-behind-entry-advice = dites l'heure qu'il est : `boucle clock set`
doctor-clock-unsure = l'horloge indique { $now }, ou { $than } avec l'écart gardé : depuis que la machine a redémarré, on ne sait pas laquelle est juste
doctor-clock-unsure-advice = dites l'heure qu'il est : `boucle clock set`
doctor-clock-corrected = la machine indique { $machine } ; avec l'écart que quelqu'un a donné, il est { $now }
doctor-clock-corrected-advice = rien n'est mal daté. Faites régler l'horloge de la machine quand ce sera possible
doctor-clock-entries-off = { $n ->
    [one] une entrée
   *[other] { $n } entrées
} de la machine de { $who } ({ $site }) datées du { $at } : son horloge était fausse
doctor-clock-entries-off-advice = faites régler l'horloge de cette machine, corrigez les dossiers où cela compte ; une fois vu : `boucle clock accept`
doctor-clock-behind-files = l'horloge indique { $now }, avant la dernière écriture ici ({ $than })
doctor-clock-ahead = l'horloge indique { $now } : loin dans l'avenir, ou ce programme est très ancien
doctor-clock-ahead-advice = comparez avec un téléphone ; réglez l'heure, ou mettez boucle à jour
doctor-clock-alone = rien ne règle l'horloge par le réseau
doctor-clock-alone-advice = activez l'heure automatique, ou comparez avec un téléphone chaque semaine
doctor-home-ok = dossier du nœud : { $home }
doctor-home-missing = aucun nœud dans { $home }
doctor-home-missing-advice = `boucle init` fonde une organisation, `boucle join` en rejoint une ; --home désigne un autre dossier
doctor-home-open-to-others = d'autres utilisateurs de cette machine peuvent lire { $file }
doctor-home-open-to-others-advice = chmod 600 ce fichier (le contenu est scellé, mais qu'il ne soit pas copié)
doctor-home-of-another = { $file } appartient à un autre utilisateur
doctor-home-of-another-advice = lancez boucle sous cet utilisateur, ou rendez-lui le dossier (chown)
doctor-disk-ok = place libre : { $free_mb } Mo ; données : { $store_mb } Mo
doctor-disk-low = il reste { $free_mb } Mo pour { $store_mb } Mo de données
doctor-disk-low-advice = libérez de la place cette semaine
doctor-disk-full = le disque est plein ({ $free_mb } Mo libres)
doctor-disk-full-advice = libérez de la place : sans elle rien ne s'enregistre
doctor-disk-without-permissions = le dossier est sur un disque { $kind } : tous les utilisateurs de la machine peuvent le lire
doctor-disk-without-permissions-advice = gardez le dossier sur le disque interne ; une clé USB ne porte que des transferts
doctor-disk-remote = le dossier est sur un disque du réseau ({ $kind })
doctor-disk-remote-advice = gardez-le sur un disque de cette machine : une coupure pourrait l'abîmer
doctor-disk-in-memory = le dossier est en mémoire ({ $kind }) : il disparaît à l'arrêt
doctor-disk-in-memory-advice = choisissez un autre dossier avec --home
doctor-disk-encrypted = le disque est chiffré
doctor-disk-plain = le disque ne semble pas chiffré
doctor-disk-plain-advice = boucle scelle ses données, pas celles des autres programmes : chiffrez le disque (LUKS, BitLocker, FileVault)
doctor-disk-unknown = impossible de savoir si le disque est chiffré
doctor-disk-unknown-advice = demandez à qui a préparé la machine
doctor-network-ok = adresse sur le réseau : { $address }
doctor-network-none = aucun réseau
doctor-network-none-advice = le travail continue ; pour échanger : Wi-Fi, câble, ou l'adresse d'un autre nœud
doctor-network-listening = écoute sur { $addresses }
doctor-network-not-running = le nœud ne tourne pas : les autres ne peuvent pas le joindre
doctor-network-not-running-advice = lancez `boucle run` pour être joignable
doctor-network-no-port = aucun port ne peut être ouvert
doctor-network-no-port-advice = un logiciel de sécurité l'interdit : voyez avec qui gère la machine
doctor-network-firewall = un pare-feu est actif ({ $name })
doctor-network-firewall-advice = autorisez TCP 4410 pour être appelé, UDP 5353 pour être trouvé
doctor-discovery-ok = la découverte sur le réseau local est possible
doctor-discovery-impossible = la découverte sur le réseau local ne marche pas
doctor-discovery-impossible-advice = donnez l'adresse d'un autre nœud : `boucle sync ADRESSE`
doctor-discovery-heard = entendus sur le réseau local : { $n } — { $who }
doctor-discovery-alone = personne ne s'entend sur le réseau local
doctor-discovery-alone-advice = vérifiez que l'autre machine est sur le même Wi-Fi et tourne ; sinon donnez son adresse (`boucle sync ADRESSE`), ou portez par clé (`boucle carry`)
doctor-discovery-off = le réseau local n'est pas écouté (--no-mdns)
doctor-discovery-failed = l'écoute du réseau local échoue ({ $why })
doctor-discovery-failed-advice = donnez l'adresse d'un autre nœud : `boucle sync ADRESSE`, ou portez par clé : `boucle carry`
doctor-keys-ok = clés : { $slots ->
    [one] un accès
   *[other] { $slots } accès
}, phrase secrète à { $mib } Mio et { $passes } passes par essai
doctor-keys-cheap = une phrase secrète se devine à bon compte ici ({ $mib } Mio, { $passes } passes par essai)
doctor-keys-cheap-advice = ce dossier vient d'essais : n'y mettez rien de vrai
doctor-keys-incarnation = incarnation { $incarnation }…, compteur { $counter }
doctor-keys-damaged = le fichier de clés est endommagé
doctor-keys-damaged-advice = n'y touchez pas ; reprenez une copie de keys.boucle si vous en avez une, sinon demandez une nouvelle invitation
doctor-keys-too-new = le fichier de clés vient d'une version plus récente
doctor-keys-too-new-advice = mettez boucle à jour
doctor-keys-unreadable = le fichier de clés est illisible
doctor-keys-unreadable-advice = vérifiez les droits du dossier et l'état du disque
doctor-keys-dumpable = la mémoire du programme peut être lue, ou écrite sur le disque en cas de panne
doctor-keys-dumpable-advice = interdisez les vidages de mémoire (`ulimit -c 0`), et chiffrez le disque
doctor-keys-not-dumpable = la mémoire du programme ne s'écrit pas sur le disque
doctor-keys-in-swap = des clés peuvent aller dans l'espace d'échange du disque
doctor-keys-in-swap-advice = chiffrez l'espace d'échange ou coupez-le, ou relevez la limite de mémoire verrouillée (`ulimit -l`)
doctor-store-ok = données ouvertes : { $entries } entrées, { $store_mb } Mo
doctor-store-locked = données verrouillées ({ $store_mb } Mo) : contenu, membres et pairs non examinés
doctor-store-locked-advice = donnez la phrase secrète pour un examen complet
doctor-store-missing = le fichier de données manque
doctor-store-missing-advice = n'écrivez rien dans ce dossier ; reprenez une copie, ou demandez une nouvelle invitation : les pairs rendent les dossiers du site
doctor-store-in-use = une autre commande travaille sur ce dossier
doctor-store-in-use-advice = réessayez dans un instant
doctor-store-unfinished = le dossier a été interrompu à sa création
doctor-store-unfinished-advice = relancez `boucle init` ou `boucle join`
doctor-store-failed = les données ne s'ouvrent pas ({ $reason })
doctor-store-failed-advice = n'y touchez pas ; copiez le dossier entier, puis demandez de l'aide : les pairs ont ce qui leur a été envoyé
doctor-store-waiting = { $n } entrées attendent ce qui les précède
doctor-store-waiting-advice = synchronisez avec qui les a envoyées
doctor-store-refused = { $n } entrées refusées, gardées à part
doctor-store-refused-advice = `boucle verify` les nomme
doctor-store-verified = tout revérifié : { $entries } entrées
doctor-store-space = dans le fichier : { $stored_mb } Mo de données, { $free_mb } Mo libres ou morcelés, repris avant qu'il grandisse
doctor-store-problems = problèmes à la vérification : { $n }
doctor-store-problems-advice = `boucle verify` les nomme ; transmettez le résultat à l'équipe technique
doctor-cases-to-nobody = cas transmis à un rôle que personne ne tient, ou à quelqu'un qui n'est pas là : { $n } ; { $who }
doctor-cases-to-nobody-advice = `boucle case list --not-delivered` les montre ; `boucle case assign REF QUI` les donne à quelqu'un
doctor-zones-unknown = sites dont cette version ne connaît pas le fuseau horaire : { $sites }
doctor-zones-unknown-advice = leurs jours sont comptés ici comme ceux du site au-dessus : installez la version la plus récente, ou `boucle site set CODE --zone TZ`
doctor-peers-ok = pairs connus : { $n } ; dernière rencontre il y a { $days } j
doctor-peers-never = aucun pair rencontré
doctor-peers-never-advice = ce qui est ici n'existe qu'ici : `boucle sync`, ou l'adresse d'un autre nœud
doctor-peers-long-ago = pairs connus : { $n } ; aucun rencontré depuis { $days } j
doctor-peers-long-ago-advice = ce qui est nouveau n'existe qu'ici : allez à leur rencontre
doctor-peers-unequal = séparés avant la fin de l'échange : { $n }
doctor-peers-unequal-advice = relancez `boucle sync` : il reprend où il s'est arrêté
doctor-members-ok = membres confirmés : { $n }
doctor-members-unconfirmed = arrivants à confirmer : { $n }
doctor-members-unconfirmed-advice = appelez-les, puis `boucle member confirm NOM` ; `boucle member list` les montre
doctor-members-invited-without-right = l'invitation par laquelle cette machine a rejoint ne compte pas : { $by } n'a pas le droit d'inviter à son site
doctor-members-invited-without-right-advice = demandez une nouvelle invitation à un responsable du site et refaites `boucle join` ; `boucle status` dit ce qu'il faut reprendre
doctor-members-suspended = membres suspendus : { $n }
doctor-members-suspended-advice = deux personnes ont pris la même invitation : confirmez la bonne par les six mots
doctor-members-altered = membres dont l'invitation a été altérée en chemin : { $n }
doctor-members-altered-advice = `boucle member list` les nomme : ne les confirmez pas, donnez-leur une nouvelle invitation par un chemin plus sûr
doctor-invitation-reused = invitations que quelqu'un a voulu utiliser une seconde fois : { $n }
doctor-invitation-reused-advice = `boucle status` dit de qui : une copie est en d'autres mains. Elle n'a rien ouvert ; demandez où est le papier ou le fichier, et détruisez-le
doctor-members-invited-falsely = l'invitation par laquelle cette machine a rejoint a été altérée en chemin
doctor-members-invited-falsely-advice = `boucle status` nomme ce qu'il faut reprendre ; demandez une nouvelle invitation par un chemin plus sûr, et prévenez qui vous a invité
doctor-audiences-ok = chaque audience a au moins deux personnes
doctor-audiences-few = moins de deux personnes peuvent ouvrir : { $audiences }
doctor-audiences-few-advice = invitez et confirmez quelqu'un dans ce rôle : une absence rendrait ces dossiers illisibles
support-read-me = Rien d'un dossier, d'une personne, d'un site ni d'une clé n'est ici. Lisez avant d'envoyer.

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
ask-zone = Fuseau dans lequel il compte les jours, par exemple Africa/Bangui
ask-zone-founding = Les jours et les semaines se comptent dans le fuseau { $codes }, celui de cette machine. Entrée : c'est juste ; ou un autre, par exemple Africa/Bangui
ask-site-name = Nom du site
ask-add-listed = « { $value } » n'est pas dans la liste (possibles : { $near }). L'ajouter ? (o/N)
ask-row-code = Code
ask-row-label = Nom
ask-notify-body = Instance prévenue (code ou nom)
ask-notify-by = Comment ? (1 courriel, 2 téléphone, 3 lettre, 4 WhatsApp, 5 rencontre)
ask-notify-text = Ce qui a été dit (facultatif)
ask-kind = Genre (office, committee, region, national, partner)
ask-role = Rôle (code)
ask-invitation = Invitation (ou chemin du fichier)
ask-passphrase = Phrase secrète
ask-passphrase-of = Phrase secrète de { $member }
ask-passphrase-new = Nouvelle phrase secrète (au moins 5 mots)
ask-passphrase-again = La même, encore une fois
ask-type = Type (code)
ask-channel = Canal (code)
ask-category = Catégorie (code, vide : plus tard)
ask-text = Ce que dit la personne (vide : rien)
ask-reporter-name = Nom de la personne (vide : non dit)
ask-phone = Téléphone (vide : non dit)
ask-safe-contact = Quand et comment joindre sans risque (vide : non dit)
ask-location = Lieu, en mots (vide : non dit)
ask-allegation = L'allégation, dans les mots de la personne (vide : rien de plus)
ask-external-id = Numéro ailleurs, SYSTÈME:NUMÉRO (vide : aucun)
ask-harm = Quelqu'un a-t-il demandé de l'argent ou une faveur, menacé, frappé ou touché ? (o / n / ne sait pas)
ask-leave-open = Sans sceller, toutes les personnes qui travaillent sur le site liront ce cas. Le laisser ouvert ? (o/N)
ask-accused-who = D'après ce qui a été dit, la plainte vise-t-elle quelqu'un d'ici ? Pour vous : ne posez pas la question à la personne (nom ou rôle / non / je ne sais pas)
ask-accused-name = Son nom ou son rôle ici (ou : non / je ne sais pas)
ask-accused-else = Et quelqu'un d'autre ? (nom ou rôle ; Entrée : personne d'autre)
ask-accused-near = { $name } travaille ici et ne verra pas ce cas. C'est juste ? (O/n : c'est quelqu'un d'autre)
ask-accused-several = Ces personnes d'ici ont un nom proche de « { $said } ». Lesquelles ne doivent pas voir ce cas ? (numéros ; Entrée : toutes ; 0 : aucune, c'est quelqu'un d'autre)
ask-accused-unmet = Cette machine n'a pas encore rencontré les autres : elle ne peut pas dire si « { $name } » travaille ici. Noté, sous scellé. Son rôle ici ? (rôle / non / je ne sais pas)
ask-text-names = Ce qui est écrit nomme { $name }, qui travaille ici. L'écarter de ce cas ? (O/n)
ask-text-names-several = Ce qui est écrit nomme ces personnes, qui travaillent ici. Lesquelles ne doivent pas voir ce cas ? (numéros ; Entrée : toutes ; 0 : aucune)
accused-stranger = Personne d'ici n'a un nom proche de « { $name } ». Noté, sous scellé, comme personne mise en cause.
accused-role = Qui a le rôle { $role } ne verra pas ce cas.
ask-stick = Plusieurs clés USB : laquelle ? (numéro) { $choices }
ask-note = Note
ask-question = Question
ask-on-behalf = Au nom de qui, sans le système (vide : personne)
ask-who = À qui (membre, rôle, ou moi)
ask-refer-to = À quel site ou partenaire (code ou nom ; d'un dossier scellé, un membre ou un rôle)
ask-refer-text = Ce qu'on leur dit, sans noms
ask-who-shared = Qui doit le lire aussi (membre ou rôle)
ask-speaks = Langues qu'elle ou il parle, séparées par des virgules
ask-who-acts = Qui travaille ici ? { $members }
ask-category-triage = Catégorie (code, vide : la garder)
ask-what = Ce qui est fait ou à faire
ask-reason = Motif
ask-outside = Qui, hors du système
ask-outside-by = Par quel moyen ? (1 courriel, 2 téléphone, 3 WhatsApp, 4 papier)
ask-return-reason = Pourquoi revient-il ? (1 mauvais destinataire, 2 il manque quelque chose)
ask-link-as = Comment sont-ils liés ? (1 une seule affaire, signalée deux fois ; 2 deux affaires qui ont à voir l'une avec l'autre)
ask-return-why = Dites-le en quelques mots
ask-handover-to = Qui enquête
ask-receipt = Reçu (numéro, date, signataire)
ask-interim-until = Jour où la personne aura une réponse (par exemple 2026-12-15)
ask-closure = Motif de clôture (numéro ou mot)
ask-hold = En attente de quoi (numéro ou mot)
ask-attempt = Résultat de l'essai (numéro ou mot)
ask-broadcast-by = Par quel moyen (numéro ou mot)
ask-settle-field = Quel champ (`boucle case conflicts` les montre)
ask-settle-pick = Quelle valeur (son numéro)
ask-move-sure = Les personnes qui travaillent à { $site } le liront en entier. Le déplacer ? (o/n)
ask-lower-to = Niveau vers lequel abaisser (s0, s1 ouvrent un dossier scellé ; s2)
ask-lower-sure = Toutes les personnes qui travaillent sur le site liront ce cas ; ce qui est lu reste lu. L'ouvrir ? (o/n)
ask-seal-grave = Ce texte ({ $fields }) parle peut-être d'abus sexuel ou d'un enfant. Le sceller : seule l'audience { $audience } le lira ? (O/n)
ask-seal-words = Ce texte ({ $fields }) parle peut-être de ceci : { $topic }. 1 : le sceller, seule l'audience { $audience } le lit ; 2 : le montrer à la responsable seule ; 3 : c'est seulement le contexte, le garder ouvert (1 / 2 / 3)
ask-seal-category = Cette catégorie demande de sceller le cas (sensibilité { $level }) : seules les personnes qui s'en occupent le liront. Le sceller ? (O/n)
ask-fields = Champs, séparés par des virgules
ask-clock = L'horloge de cette machine indique { $now }, { $evidence ->
    [own_entry] avant la dernière entrée écrite ici ({ $than })
    [last_write] avant la dernière écriture ici ({ $than })
    [vouched] avant une heure que quelqu'un a donnée pour juste ici ({ $than })
    [program] avant que ce programme existe ({ $than })
    [restart] et { $than } avec l'écart gardé : depuis que la machine a redémarré, on ne sait pas laquelle est juste
    [ahead] plus de cinq ans après la fabrication de ce programme
   *[other] ce qui ne se peut
}.
    Quels sont la date et l'heure maintenant ? Par exemple 2026-11-29 22:10, ou « ok » si cette machine a raison
ask-clock-ahead = L'horloge de cette machine indique { $now }, plus de cinq ans après la fabrication de ce programme. Est-ce bien la date (oui / non)
ask-clock-time = Date et heure maintenant, par exemple 2026-11-29 22:10
ask-words = Mots, séparés par des virgules
ask-batch-to = À qui va la liste ?
ask-batch-purpose = À quoi sert-elle ?
ask-batch-outcome = « { $answer } » ({ $n }) : quelle issue ? { $codes } – ou - pour seulement la noter
ask-batch-row = La ligne { $row } n'a pas de référence qui mène à un cas. D'après le téléphone ou le ménage, c'est peut-être { $ref }. Est-ce lui ? [o/N]
ask-answer = Réponse donnée à la personne
ask-outcome-text = Résultat, et ce qu'il faut dire à la personne
ask-value = Valeur de { $field }

## Après un acte
done-init = Organisation fondée. Site { $site }, membre { $member }.
done-site-add = Site { $site } ajouté.
done-site-closed = Site { $site } ({ $name }) fermé : plus rien de nouveau n'y va.
done-site-set = Site { $site } : { $name } ; jours et semaines dans le fuseau { $zone }.
done-routing-import = { $file } : { $changed } lignes ont changé quelque chose, { $unchanged } étaient déjà dites. `boucle routing show` montre tout.
done-routing-set = { $site } : noté. `boucle routing show` montre tout.
done-site-hours = Les délais courent pendant les heures ouvrées : { $hours }
done-init-zone = Les jours et les semaines se comptent dans le fuseau { $zone }
done-init-zone-other = Un autre fuseau : boucle site set { $site } --zone TZ
done-invite = Invitation, valable jusqu'au { $expires } :
done-invite-file = Écrite dans { $file }
done-init-roots = À recopier sur papier, à garder loin de cette machine ; affiché une seule fois, enregistré nulle part :
done-join-words = Lire ces six mots à la personne qui a invité : { $words }
done-join = { $member } a rejoint le site { $site } ({ $role }).
done-member-confirm = { $member } est confirmé·e.
done-member-away = { $member } est absent·e jusqu'au { $until } inclus. { $deputy } lit et accepte ce qui lui est confié d'ici là.
done-member-away-alone = { $member } est absent·e jusqu'au { $until } inclus. Personne ne remplace : `--deputy` nomme quelqu'un.
done-member-back = { $member } n'est plus noté·e absent·e.
done-member-set = { $member } parle : { $speaks }.
done-member-set-none = { $member } : plus aucune langue notée.
done-member-words = À lire de vive voix avec { $member } :
done-case-new = Dossier { $ref } enregistré.
done-case-new-provisional = Dossier enregistré sous la marque provisoire { $ref }.
done-case-held = Enregistré sous la référence { $ref }. Toutes les personnes qui pourraient lire ce cas sont écartées. Il est gardé sous scellé sur cette machine et n'est montré à personne.
done-case-held-call = Appelez la coordination : { $call }.
done-case-held-direction = Appelez la direction de l'organisation : il lui faut nommer quelqu'un d'autre pour le lire.
done-case-set = { $ref } : modifié.
done-case-note = { $ref } : note ajoutée.
done-case-ask = { $ref } : question posée à { $to }. Elle figure dans sa liste, et la réponse reviendra dans la vôtre.
done-case-withdraw = { $ref } : repris. Personne ne le lira.
done-case-withdraw-case = { $ref } : le dossier est repris. Sa référence ne sera plus donnée.
done-case-settle = { $ref } : conflit réglé.
done-case-triage = { $ref } : classé.
done-case-assign = { $ref } : confié.
done-case-refer = { $ref } : transmis à { $to }. Voici ce qui est parti :
done-case-refer-choose = { $ref } : rien n'est parti encore. Voici ce qui va à { $to } dans tous les cas :
done-case-move = { $ref } : déplacé de { $from } à { $site }, sous la même référence. À { $site }, quelqu'un doit maintenant le prendre en charge.
done-case-move-look = { $ref } : rien n'est déplacé encore.
done-case-link = { $ref } : signalé comme doublon de { $with }.
done-case-link-related = { $ref } : lié à { $with }. Les deux ne sont plus proposés comme doublons.
done-case-merge = { $ref } : réuni à { $into }, qui continue.
done-case-merge-person = Les deux histoires sont gardées : `boucle case history { $into }`. La personne qui a signalé { $ref } reste à informer.
done-case-unmerge = { $ref } : rouvert, sorti de { $out_of }.
done-case-share = { $ref } : partagé avec { $with }.
done-case-share-stop = { $ref } : n'est plus partagé avec { $with }. Ce qui est écrit à partir de maintenant lui reste fermé ; ce qui est lu est lu.
done-case-accept = { $ref } : pris en charge.
done-case-return = { $ref } : rendu.
done-case-confirm = { $ref } : confirmé par téléphone.
done-case-remind = { $ref } : relance notée.
done-many = { $cases } cas : { $done } faits, { $unchanged } inchangés, { $refused } refusés.
done-many-trial = Essai : rien n'a été écrit. Sur { $cases } cas, { $done } changeraient, { $unchanged } resteraient tels quels, { $refused } seraient refusés.
done-many-sealed = { $n ->
    [one] 1 cas scellé est laissé de côté : c'est à son audience de le faire.
   *[other] { $n } cas scellés sont laissés de côté : c'est à leur audience de le faire.
}
done-many-more = { $n } cas restent : la même commande les reprend.
done-batch-out = Liste { $batch } : { $n } cas pour { $to }, à rendre avant le { $due }. Écrite dans { $file } ; chaque cas dit qu'il est parti.
done-batch-out-trial = Essai : rien n'est écrit. La liste pour { $to } aurait { $n } cas, à rendre avant le { $due }.
done-batch-fields = Champs qui partent : { $fields }
done-batch-calls = { $n } à aller voir. Écrit dans { $file }.
done-batch-left-out = laissés de côté : { $n } ({ $why })
done-batch-kept-back = { $n } sans l'identité de la personne : elle n'a pas permis qu'on la dise au dehors.
done-batch-not-noted = Ceux-ci sont dans le fichier, mais le cas n'a pas pu être marqué comme parti :
done-batch-in = Réponses de { $to } : { $rows } lignes. Notées { $done }, cas résolus { $resolved }, déjà connues { $unchanged }, sans réponse { $open }, refusées { $refused }, qui ne trouvent pas leur cas { $unmatched }.
done-batch-in-trial = Essai : rien n'est écrit. Réponses de { $to } : { $rows } lignes. Notées { $done }, cas résolus { $resolved }, déjà connues { $unchanged }, sans réponse { $open }, refusées { $refused }, qui ne trouvent pas leur cas { $unmatched }.
done-batch-unknown = « { $answer } » ({ $n }) : que veut dire cette réponse ? `--answer "{ $answer }=CODE"`, ou `-` comme code pour seulement la noter
done-batch-unmatched = ligne { $row } : { $why }
done-batch-unmatched-near = ligne { $row } : { $why }. C'est peut-être { $proposed } : `--take { $row }=REF`
ui-remind-to = Pour { $to }, à copier :
ui-remind-case = { $ref } : depuis { $days } jours, échéance { $due }
ui-remind-more = et { $n } autres
done-case-handover = { $ref } : remis, et clos.
done-case-refer-outside = { $ref } : transmis hors du système. Rien ne le confirmera ici : quand la personne confirme par téléphone, `boucle case confirm { $ref } --by-phone`
done-case-refer-handout = À copier ou à imprimer :
handout-outside = { $what ->
    [none] Dossier { $ref }
   *[other] Dossier { $ref } : { $what }
}. Merci de l'examiner et de nous dire ce qui a été fait. Indiquez s'il vous plaît la référence { $ref }.{ $phone ->
    [none] {""}
   *[other] {" "}Téléphone : { $phone }
}
done-case-answer-interim = { $ref } : la personne sait ce qui est en cours.
done-case-act = { $ref } : action enregistrée.
done-case-hold = { $ref } : en attente.
done-case-unhold = { $ref } : attente levée.
done-case-resolve = { $ref } : résultat enregistré.
done-case-answer = { $ref } : réponse enregistrée.
done-case-incident-add = { $ref } : noté.
done-case-incident-close = Les cas ouverts de l'incident sont résolus.
done-case-attempt = { $ref } : essai enregistré.
done-case-consent = { $ref } : consentement enregistré.
done-case-close = { $ref } : clos.
done-case-erase = Proposé : un second appareil doit approuver (`boucle case erase --approve`).
done-case-erased = Effacé ici, et sur tout nœud qui l'apprend. Ce qui est lu ou copié le reste.
done-case-reopen = { $ref } : rouvert.
done-case-seal = { $ref } : scellé, pour la seule audience { $audience }. Qui pouvait le lire avant y est noté ; ce qui est lu est lu.
done-case-raise = { $ref } : sensibilité relevée.
done-case-lower = { $ref } : sensibilité abaissée.
done-sealed-to = Le dossier est maintenant scellé, pour la seule audience { $audience }. Ce qui est lu est lu.
done-opened = Le dossier est maintenant ouvert : qui traite ici les dossiers ordinaires le lit.
done-words-add = Liste { $lang } : { $added } de plus.
done-words-remove = Liste { $lang } : { $removed } de moins.
done-taxonomy-add = { $code } ({ $label }) est ajouté à la liste.
done-taxonomy-set = { $code } ({ $label }) est modifié.
done-taxonomy-closed = { $code } ({ $label }) n'est plus proposé. Les dossiers qui l'ont le gardent.
done-taxonomy-import = { $file } : { $added } ajoutés, { $changed } modifiés, { $unchanged } déjà là.
done-taxonomy-export = { $rows } lignes écrites dans { $file }.
ui-row-closed = fermé
done-case-notify = Noté : l'instance a été prévenue.
done-case-appeal = Le dossier { $ref } passe au niveau suivant.
done-case-appeal-refused = Noté : la personne ne veut pas du niveau suivant.
ui-level = { $level } : réponse pour le { $due }
ui-appeal = { $said_at } { $by } : { $label }
ui-appeal-refused = { $said_at } { $by } : { $label } proposé, la personne n'en veut pas
ui-notice-to = { $body }{ $reach ->
    [none] {""}
   *[other] { " " }({ $reach })
}
ui-notice-fields = À dire : { $fields }
ui-notice-kept-back = Gardé, faute de consentement à dire l'identité : { $fields }
ui-notice = { $told_at } { $by } : { $label } ({ $means }). { $fields } { $text }
ui-clock-notice = Prévenir { $body } : { $due }
done-status-now = Statut : { $status }
done-verify = Tout concorde. Entrées : { $entries }, dossiers : { $cases }.
done-verify-problems = Des différences :
done-digest = Dossiers : { $cases }, empreinte { $digest }
done-doctor-ok = Rien de grave. À regarder : { $warn }
done-doctor-bad = À régler : { $bad } ; à regarder : { $warn }
done-support-file = Écrit dans { $file } : rien d'un dossier n'y est, relisez avant d'envoyer.
done-man = Pages de manuel écrites : { $n }, dans { $folder }
done-import = Lignes : { $rows }. Dossiers créés : { $created }, modifiés : { $updated }, inchangés : { $unchanged }, sautés : { $skipped }, rejetés : { $rejected }
done-import-sealed = dont scellés pour une audience : { $sealed }
done-import-held = dont gardés sous scellé sur cette machine, toutes les personnes qui pourraient les lire étant écartées : { $held }. Appelez la direction de l'organisation
done-import-set-aside = ligne { $row } : la personne mise en cause porte le nom de { $members }, qui est écarté·e de ce cas
done-import-more = … et { $n } plus légères : --json en montre jusqu'à 2 000 ; --rejects écrit chaque ligne refusée, et aucune remarque
done-import-warning-row = ligne { $row } : { $message }
done-import-warning-file = tout le fichier : { $message }
done-import-rejected-row = ligne { $row } rejetée : { $message }
done-import-warning-column = colonne { $field } : { $message }
done-import-rejected = ligne { $row } rejetée, { $field } : { $message }
done-import-warning = ligne { $row }, { $field } : { $message }
done-import-duplicates = doublons proposés : { $n }
done-import-duplicate = lignes { $first } et { $second } : { $refs }
done-import-duplicate-before = ligne { $second } et un dossier qui était là : { $refs }
done-import-ignored = colonnes non reprises, avec le nombre de lignes remplies : { $columns }
done-import-batch = Importation { $batch }. Mauvais fichier ? Tant que rien n'a quitté cette machine : boucle import --undo { $batch }
done-import-grave = Lignes rejetées qui parlent peut-être d'un fait grave, et dont rien n'est gardé ici ({ $n }). À traiter d'abord :
done-import-undo = Importation { $batch } : { $withdrawn } { $withdrawn ->
    [one] dossier retiré
   *[other] dossiers retirés
}, { $kept } { $kept ->
    [one] gardé
   *[other] gardés
}
done-import-undo-again = Le même fichier, corrigé, peut être repris.
done-import-undo-left = déjà partis de cette machine, gardés : { $refs }
done-import-undo-edited = travaillés depuis, gardés : { $refs }
done-batches-none = Aucune importation sur cette machine.
done-batches = Importations de cette machine :
done-batches-row = { $batch } ({ $at }) : { $n } { $n ->
    [one] dossier
   *[other] dossiers
}
import-closed-because = clos à la source ; la satisfaction n'y est pas notée
done-import-to-seal = Des mots qui appellent le scellement sont dans des dossiers non scellés. Lisez-les, et scellez ceux qui le veulent dire :
done-import-to-seal-row = ligne { $row }, { $fields } : { $topic }
done-import-to-seal-more = … et { $n } de plus qu'une réponse n'en tient : importez le fichier en plusieurs parties
done-sync-equal = { $peer } : à égalité (envoyé { $sent }, reçu { $received }, { $ms } ms)
done-sync-unequal = { $peer } : inachevé (envoyé { $sent }, reçu { $received })
done-sync-none = aucun pair à portée
done-bundle-export = { $entries ->
    [0] rien n'y manque : le paquet ne contient aucune entrée
    [one] une entrée dans { $file }
   *[other] { $entries } entrées dans { $file }
} ({ $size })
done-bundle-files = { $entries } entrées en { $n } fichiers, à importer dans n'importe quel ordre ; le premier : { $file } ({ $size } en tout)
done-bundle-released = { $n ->
    [one] une de vos entrées en attente est libérée : elle ne peut plus être retirée
   *[other] { $n } de vos entrées en attente sont libérées : elles ne peuvent plus être retirées
}
done-bundle-import = { $entries } entrées lues, { $new } nouvelles
done-bundle-missing = { $chains ->
    [one] il manque { $n ->
        [one] une entrée
       *[other] { $n } entrées
    } à une chaîne : demandez à { $from } un paquet fait avec --all, ou synchronisez
   *[other] il manque { $n } entrées à { $chains } chaînes : demandez à { $from } un paquet fait avec --all, ou synchronisez
}
done-bundle-part = c'était la partie { $index } sur { $of }
done-bundle-refused = { $n ->
    [one] une entrée a été refusée : `boucle verify` la nomme
   *[other] { $n } entrées ont été refusées : `boucle verify` les nomme
}
done-bundle-left = { $n } entrées laissées : l'appareil qui a fait le paquet est suspendu
done-carry = { $take } à emporter, { $back } rapportées
done-carry-missing = { $n ->
    [one] il manque encore une entrée d'autres : le prochain trajet l'apporte
   *[other] il manque encore { $n } entrées d'autres : le prochain trajet les apporte
}
done-carry-problem = { $file } : { $code }
done-lock = Session fermée.
done-unlock = Session ouverte.
done-passphrase-change = { $member } : phrase secrète changée.
done-passphrase-old-copies = Une ancienne copie de keys.boucle s'ouvre encore avec l'ancienne phrase, et donne les mêmes clés. Si quelqu'un peut avoir les deux, dites-le à la coordination et recommencez ici avec une nouvelle invitation : ce que ces clés ouvrent aujourd'hui, elles l'ouvriront toujours.
done-wipe = Les clés et les données de ce dossier ont disparu.
done-wipe-promise = Non promis : sur une mémoire flash, un laboratoire peut retrouver l'ancien fichier de clés, encore derrière ses phrases secrètes. Les autres nœuds gardent ce qu'ils ont. Un fichier de clé sur une clé USB, les sauvegardes et le papier se détruisent à la main.
done-wipe-left = n'ont pu être effacés : { $files }
done-wipe-silent = un nœud en marche ne répond pas et peut garder des clés en mémoire : arrêtez son processus, ou éteignez la machine
done-clock-now = Il est { $believed }.
done-clock-set = Il est { $believed }. Ce qui est écrit à partir de maintenant porte cette date.
done-clock-kept = L'horloge de cette machine indique { $now } ; l'écart est gardé et ajouté jusqu'à ce qu'elle soit réglée.
done-clock-accept = Vu : ce n'est plus signalé.
done-clock-accepted = (vu)
done-clock-certain = Ce qui est sûr
done-late-waiting = vos ajouts venus après le scellement d'un dossier, et que son audience n'a pas : { $n } ; dites-les-lui vous-même
done-erasures-waiting = effacements qui attendent une seconde signature, que cet appareil peut donner : { $n }

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
standing-unconfirmed = à confirmer
standing-confirmed = confirmé
standing-suspended = SUSPENDU
standing-void = nul
standing-uninvited = NE COMPTE PAS
answer-answered = a répondu
answer-peer-unreachable = injoignable
answer-peer-silent = aucune réponse
answer-peer-stopped = a répondu, puis s'est arrêté
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
advice-carry = passer par une clé USB : `boucle carry` sur les deux machines

## Avertissements qui accompagnent un acte
warning-single-root = une seule clé racine : qui la perd ne peut plus changer les fondateurs ; `--roots 2-of-3` la partage
warning-sensitive-words = mots sensibles : s'ils sont voulus, `boucle case seal`
warning-clock-wrong = l'horloge de cette machine n'est pas crue. Elle indique { $now }, { $evidence ->
    [own_entry] avant la dernière entrée écrite ici ({ $than })
    [last_write] avant la dernière écriture ici ({ $than })
    [vouched] avant une heure que quelqu'un a donnée pour juste ici ({ $than })
    [program] avant que ce programme existe ({ $than })
    [restart] et { $than } avec l'écart gardé : depuis que la machine a redémarré, on ne sait pas laquelle est juste
    [ahead] plus de cinq ans après la fabrication de ce programme
   *[other] ce qui ne se peut
}. Avant d'écrire quoi que ce soit, dites l'heure qu'il est : `boucle clock set`
warning-clock-ahead = l'horloge de cette machine avance de plus de cinq ans sur ce programme : comparez avec un téléphone. Si elle est fausse, `boucle clock set` et corrigez les dates du dossier ; si elle est juste, `boucle clock set --machine`
warning-clock-mended = l'horloge de cette machine est de nouveau juste : l'écart gardé n'est plus ajouté
warning-entry-ahead = Une entrée de la machine de { $member } ({ $site }) est datée du { $at } (dossier { $ref }) : son horloge était fausse. Prévenez { $member } ; corrigez les dates du dossier si elles sont fausses. Une fois vu : `boucle clock accept "{ $member }"`
warning-entry-behind = Une entrée de la machine de { $member } ({ $site }) est datée du { $at } (dossier { $ref }) : son horloge était fausse. Prévenez { $member } ; corrigez les dates du dossier si elles sont fausses. Une fois vu : `boucle clock accept "{ $member }"`
warning-entry-ahead-here = Une entrée de cette machine est datée du { $at } (dossier { $ref }) : son horloge était fausse alors. Corrigez les dates du dossier si elles sont fausses. Une fois vu : `boucle clock accept`
warning-entry-behind-here = Une entrée de cette machine est datée du { $at } (dossier { $ref }) : son horloge était fausse alors. Corrigez les dates du dossier si elles sont fausses. Une fois vu : `boucle clock accept`
warning-set-aside-by-name = écarté·e de ce cas, parce que la personne mise en cause porte ce nom : { $members }. Si c'est quelqu'un d'autre, dites-le par --not-them
warning-odd-date = date d'avant 2000 ou dans l'avenir : vérifiez-la avec `boucle case show`, corrigez-la avec `case set`
warning-identity-dropped = la personne refuse d'être enregistrée, ou reste inconnue : nom, contacts et numéros n'ont PAS été gardés. Si c'est une erreur, `boucle case set` les ajoute
warning-identity-kept = le nom ou les contacts d'avant sont encore là : `boucle case set REF reporter_name= phone=` les ôte de la vue
warning-readers-left-out = plus de personnes lisent cette audience que ne peut en avoir un cas dont quelqu'un est écarté (8) : certaines ne peuvent pas l'ouvrir. Dites à l'audience par téléphone que le dossier est là
warning-closing-proposed = la personne est satisfaite : le dossier peut être clos
warning-told-as-came = La personne ne veut pas être recontactée. Il est noté qu'elle est venue ou a appelé, et a eu la réponse ainsi
warning-link-on-sealed-side = L'un des deux est scellé : lui seul nomme l'autre. Qui lit les deux voit le lien
warning-merged-unread = Tous ceux qui lisent les dossiers de { $unread } ne lisent pas { $ref } : partagez-le avec qui continue (`boucle case share { $ref } --with …`), ou informez vous-même la personne
warning-settled-on-the-spot = Réglé sur place : il est noté que vous avez pris ce cas et y avez répondu
warning-interim-overdue = Le jour promis dépasse le délai de réponse : la durée totale reste comptée
warning-namesake = quelqu'un d'autre porte ce nom, ou un nom qui se lit pareil : comparez les six mots, et désignez chacun par les chiffres de son identifiant (`boucle member list`)
warning-suspended = l'invitation de cette machine a servi deux fois : ce qui est écrit est gardé ici et n'atteint personne tant que l'invitant n'a pas confirmé qui est la bonne personne
warning-suspended-here = { $member } est suspendu·e : quelqu'un d'autre a rejoint par la même invitation. Ce que vous écrivez est gardé ici et n'atteint personne tant que { $by } n'a pas choisi : appelez { $by }, lisez les six mots (`boucle member list`), puis là-bas `boucle member confirm { $id }`
warning-suspended-elsewhere = { $member } ({ $id }) est suspendu·e : deux ont rejoint par une même invitation. Appelez la bonne personne et comparez les six mots : `boucle member confirm { $id }`
warning-void-here = { $member } ne compte plus : { $by } a confirmé quelqu'un d'autre sur la même invitation. Ce qui a été écrit reste sur cette machine. Si c'est une erreur, demandez à { $by } une nouvelle invitation
warning-invitation-void-here = L'invitation par laquelle { $member } a rejoint NE COMPTE PAS : { $by } n'a pas le droit d'inviter à ce site. Ce qui a été écrit ici n'atteint personne. Demandez une nouvelle invitation à un responsable du site et refaites `boucle join`. { $n ->
    [0] Rien n'est à reprendre.
   *[other] À reprendre : { $retake }
}
warning-altered-here = L'invitation par laquelle { $member } a rejoint a été ALTÉRÉE en chemin : quelqu'un peut lire ce qui a été scellé aux clés qu'elle nommait. Elles ne servent plus. Prévenez { $by }, demandez une nouvelle invitation par un chemin plus sûr. { $n ->
    [0] Rien n'est à reprendre.
   *[other] À reprendre, car personne ici ne peut l'ouvrir : { $retake }
}
warning-invitation-reused = Le { $at }, quelqu'un a voulu rejoindre avec l'invitation de { $member } ({ $id }) : une copie est en d'autres mains. Rien n'a été donné. Demandez à { $member } où est le papier ou le fichier, et détruisez-le
warning-altered-elsewhere = L'invitation de { $member } ({ $id }) a été ALTÉRÉE en chemin : ne confirmez pas. Donnez-en une nouvelle à { $member } par un chemin plus sûr
warning-core-dumps = les vidages mémoire ne peuvent être coupés : un plantage peut écrire des clés sur le disque
warning-readable = d'autres programmes de cette personne peuvent lire la mémoire de celui-ci
warning-keys-in-swap = la limite de mémoire verrouillée du système est trop basse : des clés peuvent aller dans l'espace d'échange ; chiffrez-le ou coupez-le
warning-nobody-in-role = personne ne tient le rôle { $who } : le cas n'arrive à personne. { $n ->
    [0] Parlez-en à la coordination
   *[other] Peuvent le recevoir : { $near } (`boucle case assign`)
}
warning-nobody-confirmed-in-role = rôle { $who } : personne de confirmé ne le tient. Le cas compte comme non arrivé jusque-là. { $n ->
    [0] Parlez-en à la coordination
   *[other] À confirmer, ou à choisir à sa place : { $near }
}
warning-role-elsewhere = le rôle { $who } n'est tenu que dans une autre branche du réseau : { $near }. Vérifiez que le cas est pour eux
warning-sender-reads = Le site { $site }, qui a transmis ce dossier, peut maintenant le lire. Pour y mettre fin : `boucle case share { $ref } --with { $site } --stop`
warning-route-to-nobody = Personne de confirmé ne tient le rôle { $route } à { $there } ni au-dessus : aucun cas ne lui sera proposé d'ici là. Invitez quelqu'un : `boucle invite`, ou choisissez un autre rôle
warning-read-from-above = Personne à { $there } ne lit ses dossiers : seuls les sites au-dessus les lisent. Prévenez-les, ou invitez et confirmez à { $there } quelqu'un qui lit
warning-went-there-too = Cela est aussi parti à { $half_site }, en réponse à sa question : { $half }
warning-assignee-away = { $who } est absent·e et personne ne remplace : choisissez quelqu'un d'autre, ou `boucle member away` pour nommer un remplaçant
warning-assignee-away-deputy = { $who } est absent·e : qui le ou la remplace reçoit aussi le dossier
warning-assignee-shut-out = { $who } ne compte plus dans le réseau, ou y est suspendu·e : le cas n'arrive à personne. Choisissez quelqu'un d'autre : `boucle case assign`
warning-assignee-unconfirmed = { $who } n'est pas encore confirmé·e : le cas compte comme non arrivé jusqu'à sa confirmation, ou jusqu'à ce qu'il soit pris en charge
warning-assignee-cannot-read = { $who } ne peut pas lire ce que dit la personne : seuls les codes et les dates lui arrivent. Demandez à quelqu'un qui lit tous les dossiers du site de le confier, ou prévenez de vive voix
warning-contact-after-closing = nouveau contact après la clôture : à vérifier

## Champs
field-external-ids = Numéros ailleurs
field-household-id = Ménage
field-card-no = Carte
field-wallet-last4 = Portefeuille, fin
field-sim-last4 = SIM, fin
field-age = Âge en années
field-disability-answers = Réponses handicap
field-consent = Consentement
field-reasons = Motifs
field-satisfactions = Avis donnés
field-done-at = Fait le
field-told-at = Dit le
field-said-at = Dit le
field-started-at = Début
field-ended-at = Fin
field-first-contact = Premier contact
field-for = Pour
field-from = De
field-by-whom = De qui
field-recall-word = Mot de rappel
field-alt-contact = Autre contact
field-population-group = Population
field-relation-to-affected = Lien avec la personne
field-other-categories = Autres catégories
field-admin1 = Département
field-admin2 = Commune
field-admin3 = Section
field-tags = Étiquettes
field-incident-place = Lieu des faits
field-batch = Liste
field-to = Pour
field-cases = Cas
field-back = Rendus
field-lists = Listes
field-sent = Partis
field-median-days = Jours (médiane)
field-suggested = Proposé
field-duty-phone = Permanence
field-alternate-phone = Autre téléphone
field-hours = Heures ouvrées
field-closed = Fermé
field-immediate-needs = Besoins immédiats
field-recusals = Écartés
field-attachments = Pièces jointes
field-shared-with = Partagé avec
field-watchers = Suivi par
field-moved = Déplacé
field-flags = À regarder
field-alarms = Alarmes
field-integrity-alarms = Alarmes
field-provisional = Numéro provisoire
field-formality = Forme
field-initiative = Initiative
field-session-id = Séance
field-incident = Incident
field-slip = Bordereau
field-activity = Activité
field-person-link = Même personne
field-resolution-text = Résultat, texte
field-taxonomy-version = Nomenclature
field-place = Lieu
field-body = Instance
field-notices = Instances prévenues
field-appeals = Recours
act-appeal = recours
field-fields = Champs
act-notice = instance prévenue
field-level = Niveau
field-within-h = Délai (heures)
field-rank = Rang
field-also = Autres noms
field-origin-node = Nœud d'origine
field-origin-org = Organisation d'origine
field-created = Fait le
field-bytes = Octets
field-chain-entries = Entrées de chaînes
field-signature = Signature
field-part = Partie
field-step = Contrôle
field-org = Organisation
act-set = écrit
act-clear = vidé
act-add = ajouté
act-remove = retiré
act-raise = sensibilité relevée
act-lower = sensibilité abaissée
act-consent = consentement
act-note = note
act-question = question
act-move = étape
act-response = réponse
act-response-text = texte de la réponse
act-satisfaction = avis
act-reason = motif
act-interaction = contact
act-hold = mise en attente
act-unhold = reprise
act-action = action
act-link = lien
act-attachment = pièce jointe
act-allegation = allégation
act-recusal = mise à l'écart
act-delivered = arrivé
act-interim = dit entre-temps
act-referral = transmission
purpose-record = garder
purpose-refer-internal = transmettre en interne
purpose-contact-back = rappeler
purpose-refer-external = transmettre dehors
purpose-share-identity-in-sensitive = donner l'identité
purpose-follow-up = suivi
purpose-new = nouveau
purpose-reminder = relance
purpose-answer = réponse
purpose-radio = réponse à la radio
purpose-poster = réponse par affiche
purpose-meeting = réponse en réunion
purpose-megaphone = réponse au mégaphone
consent-given = donné
consent-refused = refusé
consent-withdrawn = retiré
consent-not-asked = non demandé
waiting-assignment = l'affectation
waiting-person = la personne
waiting-triage = le tri
waiting-answer = la réponse
waiting-closing = la clôture
waiting-satisfaction = l'avis de la personne
flag-contact-after-closing = contact après la clôture
flag-reopening-proposed = à rouvrir : la personne n'est pas satisfaite
flag-closing-proposed = à clore : la personne est satisfaite
flag-must-be-sealed = à sceller
flag-opening-proposed = à ouvrir : n'est plus sensible
why-external-id = même numéro dans un autre système
why-phone = même téléphone
why-household = même ménage ou même carte
why-name = même nom
outcome-resolved = résolu
outcome-answered = répondu
outcome-referred = orienté
outcome-cut = coupé
link-duplicate-of = doublon de
link-related = lié à
link-split-from = tiré de
link-merged = réuni avec
link-referred-to = transmis là-bas sous
link-referred-from = transmis de là-bas, où il est
link-moved-to = continue à
link-moved-from = vient de
holdfor-person = la personne
holdfor-document = un document
holdfor-consent = un consentement
holdfor-investigation = une enquête
direction-in = reçu
direction-out = émis
signature-good = bonne
means-oral = oral
means-thumbprint = empreinte du pouce
means-audio = enregistrement
means-written = écrit
means-guardian = tuteur ou tutrice
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
field-received-day = Jour de réception
field-due-day = À faire le
field-own-zone = Fuseau propre
field-waiting-on = Attend
field-undelivered = Non arrivés
field-delivery = Acheminement
field-deliveries = Arrivé
field-assigned = Confiés à d'autres
field-assigned-more = Encore d'autres
field-sent-at = Envoyé
field-left = Parti
field-stored-at = Sur une machine là-bas
field-delivered-at = Chez eux
field-delivered-to = Chez
field-accepted-at = Pris en charge
field-accepted-by = Pris en charge par
field-assignee = Confié à
field-gifts = Clés données
field-sensitivity = Sensibilité
field-overdue = En retard
field-satisfaction = Satisfaction
field-loop-closed = Boucle fermée
field-conflicts = Conflits
field-name = Nom
field-kind = Genre
field-parent = Dépend de
field-org-unit = Unité
field-zone = Fuseau horaire
field-member = Membre
field-role = Rôle
field-device = Appareil
field-confirmed = Confirmé
field-revoked = Révoqué
field-standing = État
field-until = Jusqu'au
field-away-until = Absent·e jusqu'au
field-deputy = Remplacé·e par
field-audience = Audience
field-label = Libellé
field-members = Membres
field-delegate = Délégué·e
field-alternate = Suppléance
field-epoch = Époque
field-at = Quand
field-by = Par
field-act = Acte
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
field-own-entry = dernière entrée écrite ici
field-last-write = dernière écriture ici
field-vouched = donnée par quelqu'un
field-program = ce programme
field-offset-ms = écart, ms
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
field-interims = Dit entre-temps
field-referrals = Dehors et retours
field-questions = Questions
field-asked = À qui une question est posée
field-speaks = Langues
field-replied = Qui a eu sa réponse
field-expects-answer = Réponse attendue
field-returned = Revenu
field-clocks = Échéances
field-task = À faire
ui-todo-more = Seulement les { $n } premières. Tout : `boucle todo --all`
ui-todo-none = Rien ne vous attend.
ui-suggested-routing = { $to }, selon l'aiguillage du site : `boucle case assign { $ref } auto`
ui-suggested-taxonomy = { $to }, selon la catégorie : `boucle case assign { $ref } auto`
ui-suggested-manager = { $to }, car personne ici ne tient le rôle de sa catégorie : `boucle case assign { $ref } auto`
ui-suggested-language = { $to }, qui parle la langue de la personne : `boucle case assign { $ref } auto`
ui-advice-met = Ceci n'est pas arrivé chez { $to }, vu pour la dernière fois le { $met } ; à prendre avant le { $due }. N'attendez pas :
ui-advice-never-met = Ceci n'est pas arrivé chez { $to }, que cette machine n'a jamais rencontré·e ; à prendre avant le { $due }. N'attendez pas :
ui-advice-stick = – une clé USB qui y va : `boucle carry`
ui-advice-phone = – téléphone : { $phones }
ui-advice-no-phone = – téléphone : aucun numéro connu là-bas ; `boucle routing set SITE --duty-phone`
ui-advice-sms = – un SMS : « Un cas vous attend : { $ref }, avant le { $due }. Merci de connecter votre machine. »
ui-advice-sms-sealed = – un SMS : « Quelque chose vous attend, avant le { $due }. Merci de connecter votre machine. »
ui-batch-back = { $to } : { $back } sur { $cases } rendus
ui-todo-first = À faire d'abord :
ui-clock-due = { $step } : pour le { $due }
ui-interim = { $at } { $by } : { $text } (réponse promise pour le { $until })
ui-referral = { $at } { $by } : { $status } { $means }
ui-referral-text = { $at } { $by } : { $status } { $means } – { $text }
ui-timeline = Ce qui s'est passé
ui-happened = { $when } : { $what }
ui-happened-due = { $what } (prochaine étape pour le { $due })
ui-happened-kind = { $kind } – { $what }
ui-asked = { $at } { $by } à { $to } : { $text }
ui-asked-answer = { $at } { $by } répond à { $to } : { $text }
field-interactions = Contacts
field-attempts = Essais
field-links = Liens
field-of = Le plus ancien
field-why = Pourquoi
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
field-exposed = Pouvait être lu avant
field-generation = Génération
field-lang = Langue
field-erasures-to-approve = Effacements à approuver
field-late-edits = Venu après le scellement
field-readable = Lisible ici
field-shipped = Fourni
field-state = État
field-topic = Sujet
field-word = Mot
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
status-restricted = scellé
sensitivity-s0 = ordinaire
sensitivity-s1 = confidentiel
sensitivity-s2 = sensible
sensitivity-s3 = sensible
satisfaction-satisfied = satisfait·e
satisfaction-partly = en partie
satisfaction-not-satisfied = pas satisfait·e
satisfaction-declined = ne se prononce pas
closure-satisfied = satisfait·e
closure-answered = répondu
closure-not-satisfied = pas satisfait·e
closure-unreachable = injoignable
closure-anonymous = anonyme
closure-withdrawn = retiré
closure-out-of-scope = hors champ
closure-handed-over = transmis
closure-duplicate = doublon
closure-prank = plaisanterie
closure-moved = déplacé
closure-acknowledged = pris en note
closure-no-contact = résolu, contact refusé
closure-not-admissible = non recevable
closure-services-only = services seulement
weekday-mon = lun
weekday-tue = mar
weekday-wed = mer
weekday-thu = jeu
weekday-fri = ven
weekday-sat = sam
weekday-sun = dim
todo-returned = revenu vers moi
todo-question = question pour moi
todo-replied = réponse à ma question
todo-accept = à prendre en charge
todo-work = à faire
todo-refer = à confier
todo-call-back = à rappeler
todo-acknowledge = réception à confirmer
todo-ask = à demander : satisfait·e ?
todo-close = à clore
todo-decide = pas réglé : continuer, ou clore
todo-review = clos : à regarder
todo-confirm = à confirmer par téléphone
todo-settle = à départager
todo-duplicates = paires : peut-être une même affaire (`boucle case duplicates`)
todo-notify = instance à prévenir
todo-undelivered = n'est pas arrivé
todo-late = en retard ailleurs
todo-resolved = résolu : pour information
todo-confirm-member = membre à confirmer
todo-batch = liste non rendue
todo-speakers = { $task } ({ $who } parle { $language })
left-out-sealed = scellés : jamais dans une liste
left-out-closed = clos
left-out-confidential = confidentiels : `--confidential` pour les envoyer quand même
left-out-unclassified = pas encore classés
left-out-consent = la personne a refusé qu'on le transmette
left-out-out-already = déjà partis, et personne n'a confirmé
left-out-unread = fermés pour moi
left-out-no-contact = ont refusé d'être rappelés
left-out-safe-contact = ne peuvent être joints que sous conditions, ou veulent rester inconnus
unmatched-sealed = le cas est scellé
unmatched-not-on-the-list = le cas n'était pas sur cette liste
unmatched-no-reference = pas de référence
unmatched-not-found = aucun cas de cette référence
batch-col-number = N°
batch-col-ref = Référence
batch-col-answer = Réponse
batch-col-date = Date de la réponse
batch-col-remark = Remarque
batch-calls-first-name = Prénom
batch-calls-say = Ce qu'il faut dire
batch-calls-said = Ce qu'elle ou il en dit
batch-calls-keep-words = À dire à la personne seule. Ne montrer cette liste à personne ; la rapporter, ou la détruire.
batch-head-number = Liste
batch-head-to = Pour
batch-head-owner = Propriétaire
batch-head-by = Faite par
batch-head-purpose = But
batch-head-made = Faite le
batch-head-due = À rendre avant le
batch-head-left-out = Cas laissés de côté
batch-head-keep = Merci de
batch-head-keep-words = Remplir les trois dernières colonnes, laisser les autres telles quelles. Ne montrer cette liste à personne d'autre ; la détruire une fois rendue.
step-refer = à confier
step-accept = à prendre en charge
step-confirm = à confirmer par téléphone
step-acknowledge = réception à confirmer
step-act = prochaine étape
referral-sent-outside = transmis hors du système
referral-confirmed-by-phone = confirmé par téléphone
referral-misdirected = mauvais destinataire
referral-need-info = il manque quelque chose
public-radio = radio
public-poster = affiche
public-meeting = réunion
public-megaphone = mégaphone
by-means-email = par courriel
by-means-phone = par téléphone
by-means-whatsapp = par WhatsApp
by-means-paper = sur papier
by-means-letter = par lettre
by-means-meeting = en personne
by-means-handover = avec la remise
by-means-list = par liste
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
help-site-set = Change le nom, le fuseau ou les heures ouvrées d'un site, le ferme ou le rouvre
help-invite = Inviter une personne et son appareil
help-join = Rejoindre une organisation, ou ajouter un membre à cet appareil
help-member = Les membres
help-member-list = Montrer les membres
help-member-away = Dire qu'un membre est absent, et qui le remplace
help-member-set = Dire quelles langues quelqu'un parle
help-member-confirm = Confirmer un membre par six mots lus de vive voix
help-audience = Les audiences des dossiers scellés
help-audience-list = Montrer les audiences
help-case = Les dossiers
help-case-new = Enregistrer un dossier ; une option sans valeur est demandée
help-case-list = Lister les dossiers
help-case-show = Montrer un dossier
help-case-set = Modifier des champs
help-case-note = Ajouter une note
help-case-ask = Poser une question sur un cas à quelqu'un qui le lit
help-case-history = Montrer l'histoire d'un dossier
help-case-conflicts = Montrer ce qui est en conflit
help-case-withdraw = Reprendre ses propres mots, tant que personne d'autre ne les a
help-case-settle = Régler un conflit
help-case-triage = Classer un dossier
help-case-assign = Confier un dossier
help-case-accept = Prendre un dossier en charge
help-case-return = Rendre un cas : mauvais destinataire, ou il manque quelque chose
help-case-confirm = Le destinataire hors système a confirmé par téléphone
help-case-remind = Noter que la personne chargée du cas a été relancée
help-case-handover = Remettre un cas scellé à une enquête, contre reçu
help-case-refer = Transmettre un dossier à un autre site ou partenaire
help-case-move = Déplacer un dossier à un autre site de l'organisation
help-case-link = Dire que deux dossiers sont une seule affaire, ou deux affaires liées
help-case-merge = Réunir un dossier à un autre, qui continue
help-case-unmerge = Sortir un dossier de celui auquel il a été réuni
help-case-duplicates = Paires de dossiers qui sont peut-être une même affaire
help-case-share = Laisser quelqu'un lire un dossier, ou ne plus le laisser
help-case-act = Noter ce qui est fait ou à faire
help-case-hold = Mettre un dossier en attente
help-case-unhold = Lever l'attente
help-case-resolve = Noter le résultat
help-case-answer = Noter la réponse donnée et ce que la personne en dit
help-case-attempt = Noter un essai resté sans contact
help-case-consent = Noter un consentement
help-case-close = Clore un dossier
help-case-erase = Effacer ce qu'un dossier était avant d'être scellé (deux appareils)
help-case-reopen = Rouvrir un dossier
help-case-seal = Sceller un dossier : seule son audience le lit
help-case-raise = Relever la sensibilité
help-case-lower = Abaisser la sensibilité
help-words = Les mots sensibles de cet appareil
help-words-show = Montrer les mots en usage
help-words-add = Ajouter des mots, radicaux* et locutions
help-words-remove = Retirer des mots
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
help-doctor = Examiner la machine et le nœud, et dire que faire
help-support-file = Écrire de quoi aider à distance, sans rien d'un dossier
help-completions = Écrire le complément automatique d'un interpréteur (bash, zsh, fish…)
help-man = Écrire les pages de manuel
help-demo = Toute l'histoire sur une machine, en moins d'une minute
help-clock = L'horloge de cette machine, et si on peut la croire
help-clock-show = Montrer l'heure d'ici, et les entrées aux dates impossibles
help-clock-set = Dire l'heure qu'il est
help-clock-accept = Entrées aux dates impossibles : c'est vu
help-taxonomy = Les codes : catégories, canaux, rôles…
help-taxonomy-show = Montrer les codes
help-taxonomy-add = Ajouter un projet, un partenaire, un lieu, une issue, une langue, une instance ou un niveau
help-taxonomy-set = Renommer ou fermer une ligne d'une de ces listes
help-taxonomy-import = Reprendre ces listes d'un fichier
help-taxonomy-export = Écrire ces listes dans un fichier
help-case-notify = Noter qu'une instance extérieure a été prévenue
help-case-appeal = Porter le dossier d'une personne insatisfaite au niveau suivant
arg-appeal-refused = Proposé, et la personne n'en veut pas
arg-notify-body = Instance : son code ou son nom
arg-notify-by = Comment elle a été prévenue
arg-table = La liste
arg-row-code = Code ; d'une ligne qui existe, aussi son nom
arg-row-label = Son nom, dans votre langue, ou fr=NOM, en=NOM
arg-row-also = Un autre nom sous lequel on la connaît
arg-row-parent = D'un lieu : le lieu où il se trouve
arg-row-rank = D'un niveau : sa place, à partir de 1
arg-row-within = Délai en heures, d'un niveau ou d'une instance
arg-row-reach = D'une instance : comment la joindre
arg-row-audience = D'une instance : prévenue des dossiers de cette audience
arg-row-sensitivity = D'une instance : prévenue des dossiers de cette sensibilité
arg-row-project = D'une instance : prévenue des dossiers de ce projet
arg-row-fields = D'une instance : ce qui lui est dit
arg-row-close = Ne plus la proposer ; les dossiers qui l'ont la gardent
arg-row-open = La proposer de nouveau
arg-tables-file = Fichier TOML
help-outbox = Ce qui n'est pas encore parti
help-todo = Ce qui m'attend, selon l'échéance
help-batch = Listes pour qui n'a pas de nœud
help-batch-out = Écrit une liste de cas pour quelqu'un sans nœud
help-batch-in = Reprend les réponses d'une liste
help-batch-list = Les listes parties, et ce qui en est revenu
help-batch-calls = Écrit la liste de qui attend une réponse, à imprimer
help-routing = Qui reçoit quels cas, et qui appeler
help-routing-show = Montre qui reçoit quels cas
help-routing-import = Dit qui reçoit quels cas d'après un tableau (CSV : site, catégorie, pour, téléphones)
help-routing-set = Dit qui reçoit les cas d'un site, d'une catégorie ou tous, et qui appeler
help-broadcast = Une réponse collective à beaucoup de cas : radio, affiche, réunion
help-case-incident = Les cas d'une même cause
help-case-incident-add = Rattache des cas à un incident
help-case-incident-close = Résout tous les cas ouverts d'un incident
help-lock = Fermer la session
help-unlock = Ouvrir la session
help-passphrase = La phrase secrète
help-passphrase-change = Changer la phrase secrète du membre
help-wipe = Détruire tout de suite les clés et les données de cette machine

## Aide des options (arg-COMMANDE-OPTION l'emporte sur arg-OPTION)
arg-away-until = Dernier jour d'absence, par exemple 2026-12-15
arg-deputy = Qui remplace : lit et accepte ce qui est confié à l'absent
arg-back = N'est plus absent
arg-help = Montrer cette aide
arg-version = Montrer la version
arg-home = Dossier du nœud (BOUCLE_HOME)
arg-json = Répondre en JSON
arg-jsonl = Répondre en JSON, un objet par ligne
arg-lang = Langue des messages : fr, en (BOUCLE_LANG)
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
arg-zone = Fuseau dans lequel se comptent les jours et les semaines, par exemple Africa/Bangui
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
arg-time = Date et heure maintenant, par exemple 2026-11-29T22:10
arg-machine = L'horloge de cette machine est juste, quoi qu'on lui oppose
arg-sure = C'est bien l'heure, quoi qu'on lui oppose
arg-clock-accept-who = De qui : un membre, un site, ou les premiers chiffres d'un appareil ; tout si rien n'est dit
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
arg-no-recusal = Demandé : personne d'ici n'est concerné (qui porte le nom de la personne mise en cause est écarté quand même)
arg-not-them = Membre qui porte le nom de la personne mise en cause et n'est pas elle
arg-sensitivity = Sensibilité s0 à s3 ; ne fait que monter
arg-priority = Priorité p1 à p4
arg-external-id = Numéro ailleurs, SYSTÈME:NUMÉRO
arg-slip = Référence du papier
arg-session = Boîte, permanence, événement ou groupe
arg-from-json = Lire tout le dossier en JSON (fichier, ou -)
arg-status = Statut (code) ; restricted : ceux qu'on ne peut lire
arg-assignee = Confié à : membre, rôle, ou moi (mes rôles aussi)
arg-since = Reçus depuis (date, ou 30d)
arg-until = Reçus avant (date)
arg-sort = Champ de tri, - devant pour l'ordre inverse
arg-limit = Au plus tant
arg-count = Seulement combien
arg-group-by = Combien par valeur de ces champs
arg-ref = Référence, ses chiffres, sa fin, ou @last
arg-assignments = CHAMP=VALEUR ; CHAMP seul est demandé, CHAMP=- lit l'entrée standard
arg-field = Champ
arg-pick = Numéro de la valeur choisie
arg-who = Membre, rôle, ou moi
arg-to-refer = Site ou partenaire (code ou nom) ; d'un dossier scellé, un membre ou un rôle
arg-outside = Nom d'une personne sans le système ; demandé s'il manque
arg-outside-by = Par quel moyen
arg-return-reason = Pourquoi il revient
arg-link-as = Comment ils sont liés
arg-other = L'autre dossier
arg-into = Le dossier qui continue
arg-case-merge-ref = Le dossier qui se termine comme doublon
arg-case-unmerge-ref = Le dossier qui s'est terminé comme doublon
arg-by-phone = La personne a confirmé par téléphone
arg-handover-to = Qui enquête ; demandé s'il manque
arg-receipt = Ce qui a été donné en échange ; demandé s'il manque
arg-came = La personne est venue ou a appelé d'elle-même
arg-interim = Pas encore de réponse : ce qui est en cours
arg-interim-until = Jour où elle aura une réponse, par exemple 2026-12-15
arg-todo-all = Toutes les lignes
arg-on-event = Une commande à lancer quand il y a davantage à faire : on lui dit combien (BOUCLE_EVENT, BOUCLE_COUNT, BOUCLE_WAITING), et rien d'aucun cas
arg-batch-to = À qui va la liste
arg-batch-purpose = À quoi elle sert ; écrit dans la liste
arg-batch-fields = Champs qui partent avec la date, le type et la catégorie : text, phone, locality… ou all
arg-batch-due = D'ici quand elle est à rendre
arg-batch-confidential = Les cas confidentiels (s1) partent aussi
arg-batch-of = De qui sont ces réponses, si la liste ne le dit pas
arg-batch-answer = Ce que veut dire une réponse : le code d'une issue, ou - pour seulement la noter
arg-batch-take = De quel cas est une ligne sans référence
arg-batch-encoding = Encodage du fichier, s'il n'est pas trouvé
arg-batch-dry-run = Un essai : rien n'est écrit
arg-site-name = Son nom désormais
arg-hours = Heures ouvrées, par exemple « lun-ven 08:00-12:00 13:00-16:30 » ; - pour celles du site au-dessus
arg-site-close = Plus rien de nouveau n'y va
arg-site-open = Il est de nouveau ouvert
arg-route-category = Les cas de cette catégorie ou sous-catégorie ; sans elle : tous
arg-route-to = Membre ou rôle ; - reprend ce qui a été dit
arg-routing-file = Tableau avec une ligne de titres : Site, Catégorie, Pour, Permanence, Autre téléphone
arg-duty-phone = Téléphone de permanence ; - pour aucun
arg-alternate-phone = Un autre téléphone ; - pour aucun
arg-broadcast-by = Par quel moyen la réponse est donnée
arg-incident-leave = Le cas quitte l'incident
arg-incident-dry-run = Dire seulement ce qui serait fait
arg-many-incident = De cet incident
arg-many-status = Statut (code) ; restricted : ceux qu'on ne peut lire
arg-many-site = De ce site et de ceux en dessous
arg-many-partner = De ce partenaire
arg-many-channel = Par ce canal
arg-many-spoken = Dans cette langue
arg-many-since = Reçus depuis (date, ou 30d)
arg-many-until = Reçus avant (date)
arg-many-older-than = Reçus il y a plus de, par exemple 30d
arg-many-overdue = En retard de réponse
arg-many-late = Dont une échéance est passée
arg-many-untriaged = Pas encore triés
arg-many-unanswered = Sans réponse
arg-many-not-delivered = Transmission non arrivée
arg-many-session = De cette séance
arg-many-dry-run = Dire seulement ce qui serait fait
arg-many-category = De cette catégorie
arg-many-project = De ce projet
arg-many-assignee = Confié à : membre, rôle, ou moi (mes rôles aussi)
arg-remind-all = Tous ceux en retard, un message par personne chargée
arg-refer-fields = Champs qui partent, séparés par des virgules, ou all ; sans cela, dit seulement lesquels peuvent partir
arg-with = Membre ou rôle qui doit le lire ; avec --stop, aussi un site
arg-speaks = Langues, séparées par des virgules : sg,kbl ; - pour aucune
arg-ask-whom = À qui : un membre ou un rôle
arg-stop = Plus maintenant : ce qui s'écrit à partir de maintenant n'est plus pour eux
arg-on-behalf = Pour quelqu'un sans le système : son nom
arg-due = Échéance
arg-hold-reason = Ce qu'on attend : person, document, consent, investigation
arg-outcome = Issue (code)
arg-satisfied = Ce que la personne en a dit (yes, partly, no, declined)
arg-purpose = Objet du consentement (code)
arg-answer = Réponse
arg-means = Moyen : oral, thumbprint, audio, written, guardian
arg-close-reason = Clore comme « answered » : pourquoi on n'a pas demandé à la personne si elle est satisfaite
arg-closure = Motif de clôture (code)
arg-body = Texte ; demandé s'il manque, - pour l'entrée standard
arg-hold-until = Jusqu'au
arg-approve = Approuver ce qu'un autre appareil a proposé
arg-late-too = Aussi les ajouts que son audience n'a pas encore
arg-reason = Motif ; demandé s'il manque
arg-audience = Audience à qui sceller
arg-to = Niveau
arg-words-add-words = Mot, radical* ou locution ; « ! » devant : exception
arg-words-remove-words = Mot, radical* ou locution ; « ! » devant : exception
arg-target = Adresse, site ou appareil ; sans nom : tous à portée
arg-file = Fichier
arg-format = Format : kobo
arg-mapping = Correspondance des colonnes (fichier TOML)
arg-dry-run = Dire seulement ce qui serait fait
arg-encoding = Codage du fichier, s'il n'est pas trouvé : utf-8, windows-1256…
arg-undo = Défaire une importation dont rien n'est parti (son numéro ; sans valeur : les montre)
arg-rejects = Fichier des lignes rejetées
arg-deep = Revérifier aussi chaque signature et chaque affichage
arg-support-file-file = Fichier à écrire ; sans lui, sur la sortie
arg-addresses = Avec les adresses de cette machine
arg-shell = Interpréteur
arg-folder = Dossier où écrire
arg-listen = Adresse où écouter (multiadresse)
arg-peer = Pair à joindre
arg-no-mdns = Ne pas chercher de pairs sur le réseau local
arg-unattended = Démarrer seul : sans membre, par un fichier de clé
arg-keyfile = Le fichier de clé ; fait s'il n'existe pas, ce qui demande une fois une phrase secrète
arg-auto-lock = Fermer la session de qui n'a rien fait depuis ce temps (10 minutes si rien n'est dit)
arg-new-passphrase-file = Lire la nouvelle phrase secrète dans ce fichier
arg-yes = Oui, pour de bon
arg-keep = Garder les trois nœuds dans ce dossier
arg-case-withdraw-entry = Premiers chiffres du numéro de l'entrée, que montre `case history` ; demandé s'il manque
arg-case-list-site = Code d'un site : ses cas et ceux des sites en dessous
arg-case-list-category = Catégorie ou sous-catégorie (code)
arg-member-confirm-name = Nom du membre

# ------------------------------------------------------------ the menu

front-choose = Votre choix
front-call = Nouvel appel, nouvelle plainte ou question
front-find = Chercher un cas
front-call-back = Rappeler quelqu'un
front-list = Ma liste
front-late = { $n } (en retard : { $late })
front-stick = Clé USB : lire et écrire
front-unshared = pas encore partagé : { $n ->
    [one] une modification
   *[other] { $n } modifications
}
front-person = Changer de personne
front-sync = Échanger avec les machines à portée
front-leave = Quitter
front-number = Numéro du cas (Entrée : retour)
front-no-case = Cette ligne n'est pas un cas.
front-who = Qui travaille ici maintenant
front-interrupted = Rien n'a été enregistré de ce qui était en cours.
front-act = Que faire (Entrée : retour)
front-act-note = noter
front-act-accept = prendre en charge
front-act-act = fait
front-act-resolve = solution trouvée
front-act-answer = répondre à la personne
front-act-attempt = personne au bout du fil
front-act-close = clore
front-act-assign = confier
front-act-ask = demander conseil
front-act-history = histoire
front-satisfied = Ce que la personne en dit (Entrée : pas encore demandé)
front-close-now = Clore le cas maintenant ? (O/n)
ask-channel-front = Comment viennent les appels et les plaintes (jusqu'à ce que vous changiez de personne)
ask-type-front = De quoi s'agit-il
front-earlier = Téléphone, référence ou nom pour chercher (Entrée : rien ; m : appel manqué ; x : faux numéro, muet… ; < : question d'avant)
front-nobody-yet = Aucun cas connu. Le numéro n'est gardé que si la personne est d'accord.
front-earlier-found = Déjà connus. Un numéro : l'appel va dans ce cas. Entrée : un nouveau cas.
front-group = De quel sujet (numéro, mot, ou Entrée : à trier plus tard)
front-category = Plus précisément (Entrée : à trier plus tard)
front-answered = Avez-vous déjà répondu ? (O/n)
front-satisfied-yes = Est-ce que cela répond à sa question ? (O/n)
front-urgent = Est-ce urgent ? (o/N)
front-script = À dire : « Ce que vous dites reste confidentiel. Seules les personnes chargées des plaintes ici le lisent. Vous pouvez refuser sans rien perdre. » Puis demandez, une chose après l'autre :
front-consent-record = Pouvons-nous noter votre nom et votre numéro ? (o / n / ne sait pas)
front-consent-refer = Pouvons-nous transmettre votre plainte à la personne chargée du sujet ? (o / n / ne sait pas)
front-consent-call = Pouvons-nous vous rappeler ? (o / n / ne sait pas)
front-not-kept = Ni nom ni numéro ne seront gardés. Donnez la référence : avec elle, la personne peut revenir.
front-name = Nom de la personne (Entrée : inconnu)
front-phone = Téléphone (Entrée : aucun)
front-phone-known = Téléphone (Entrée : { $phone } ; - : ne pas le garder)
front-sex = Sexe (Entrée : inconnu)
front-age = Âge en années (Entrée : inconnu)
front-language = Langue parlée
front-place = Lieu : village, quartier, site (Entrée : inconnu)
front-safe = Comment la joindre sans danger : heures, qui peut répondre, message ou non
front-save = Enregistrer ? (O/n, ou le numéro d'une ligne à corriger)
front-next = Dictez la référence : { $ref }. La personne aura une réponse au plus tard le { $due }.
front-next-open = Dictez la référence : { $ref }. Le cas est encore à trier.
front-by-category = selon le sujet
front-will-be-sealed = Ce cas sera scellé : seul le groupe habilité le lira.
front-question-drops = Une question à laquelle vous avez répondu ne garde rien de la personne : ce qu'elle a dit, son nom et son numéro ne seront pas enregistrés.
front-question-drops-sure = L'enregistrer ainsi ? (O/n)
front-sealed = Scellé : seul le groupe habilité le lit, et il ne se relit plus ici. Dictez la référence : { $ref }.
front-more = Les plus pressés d'abord ; { $n } autres ne sont pas montrés.
front-more-found = Les vingt premiers. Ajoutez un mot pour en montrer moins.
ask-find = Téléphone, référence, nom ou mots à chercher
ask-call-case = Référence du cas
arg-find-limit = Au plus autant de cas
arg-what = Téléphone, référence, numéro d'un autre système, nom ou mots ; demandé s'il manque
arg-call-case = Le cas dont parle la personne
arg-call-channel = Par quel canal
help-find = Trouver un cas par un téléphone, une référence, un nom ou des mots
help-call = Appels et visites
help-call-log = Noter qu'une personne a appelé ou est venue au sujet d'un cas
done-call-log = { $ref } : appel noté.
field-person = Personne
field-gist = Ce qu'elle dit

outcome-missed = manqué
outcome-wrong-number = faux numéro
outcome-prank = plaisanterie ou malveillance
outcome-silent = muet
ask-call-phone = Téléphone de la personne (Entrée : inconnu)
ask-call-outcome = Comment l'appel s'est terminé
ask-call-kind = Quel appel
arg-call-phone = Le téléphone de la personne ; les cas connus de ce numéro sont montrés
arg-call-spoken = La langue qu'elle parle
arg-call-outcome = answered, referred, cut, missed, wrong_number, prank, silent ; demandé s'il manque
arg-call-end-case = Le cas déjà connu dont il s'agissait
arg-call-kind = Un appel sans cas : missed, wrong_number, silent, prank, answered
arg-call-log-phone = Le téléphone de la personne, pour la rappeler
arg-call-at = Quand, si ce n'est pas maintenant : 2026-11-05 14:20, 2h
arg-call-list-kind = De quelles sortes : missed, wrong_number, silent, prank, answered
arg-call-limit = Au plus autant d'appels
arg-call-count = Le nombre seulement
arg-call-group-by = Le nombre par valeur de ces champs : type, received_day, site…
help-call-start = Un appel commence : l'heure est notée, les cas connus du numéro sont montrés
help-call-end = L'appel est fini
help-call-list = Appels sans cas : manqués, faux numéros, muets…
help-shift = Votre service au téléphone
help-shift-start = Le service commence
help-shift-end = Le service finit : ce qui a été fait, et ce qui attend
done-call-start = { $at } : l'appel a commencé. À la fin : boucle call end
ui-call-earlier = Cas connus de ce numéro :
done-call-end = { $ref } : appel noté ({ $outcome }, { $minutes ->
    [one] moins d'une minute
   *[other] { $minutes } minutes
}).
done-call-none = { $ref } : appel noté ({ $outcome }).
done-call-missed = { $ref } : appel manqué noté. La personne est à rappeler dans la journée : boucle todo
done-shift-start = Service commencé. À la fin : boucle shift end
done-shift-end = Service depuis { $at } : { $calls ->
    [0] aucun appel
    [one] un appel
   *[other] { $calls } appels
}, { $cases ->
    [0] aucun cas enregistré
    [one] un cas enregistré
   *[other] { $cases } cas enregistrés
}, dont { $questions ->
    [0] aucune question
    [one] une question
   *[other] { $questions } questions
}. Il reste { $waits ->
    [0] rien
    [one] une ligne
   *[other] { $waits } lignes
} à faire.
error-call-goes-on = un appel est déjà en cours
error-call-goes-on-hint = le finir d'abord : boucle call end
error-no-call-goes-on = aucun appel n'est en cours
error-no-call-goes-on-hint = boucle call start au début d'un appel ; boucle call log pour un appel déjà fini
error-call-of-no-case = un appel ainsi terminé n'est au sujet d'aucun cas
error-call-of-no-case-hint = sans --case il est noté pour lui-même
error-shift-goes-on = le service est déjà commencé
error-shift-goes-on-hint = le finir d'abord : boucle shift end
error-no-shift-goes-on = aucun service n'est commencé
error-no-shift-goes-on-hint = boucle shift start

front-reached = La personne a-t-elle répondu à votre appel ? (O/n)
front-missed-phone = Téléphone de l'appel manqué (Entrée : inconnu ; < : question d'avant)
front-no-case-kind = Quel appel (Entrée : ne rien noter)
front-nothing-noted = Rien n'a été noté.

done-unlock-started = Session ouverte. La machine échange maintenant avec les autres en arrière-plan. Pour fermer et arrêter : boucle lock
ui-still-let-in = Encore ouverte pour : { $names }

slip-reference = Référence : { $ref }
slip-received = Reçu le { $day }
slip-phone = Téléphone : { $phone }
slip-keep = Gardez ce papier. Avec la référence, vous pouvez demander où en est votre demande. Rien d'autre n'y est écrit.
done-slips-print = Page à imprimer : { $file }
field-slips-counted = Papiers comptés
field-opened-by = Ouverte par
session-box = ouverture d'une boîte
session-desk = table des plaintes
session-event = événement, distribution
session-fgd = groupe de discussion
ask-session-kind = Quelle séance
ask-session-slips = Combien de papiers dans la boîte
ask-session-openers = Qui l'a ouverte : deux noms, avec une virgule
ask-session-location = Lieu (Entrée : non précisé)
ask-session-reason = Pourquoi les papiers et les cas ne sont pas en même nombre
arg-session-kind = box (boîte), desk (table), event (événement), fgd (groupe de discussion)
arg-session-slips = Papiers comptés à l'ouverture de la boîte
arg-session-opened-by = Les deux personnes qui l'ont ouverte, avec une virgule
arg-session-project = Projet de tous les cas
arg-session-partner = Partenaire de tous les cas
arg-session-location = Lieu de tous les cas
arg-session-admin1 = Région de tous les cas
arg-session-admin2 = Département de tous les cas
arg-session-admin3 = Commune de tous les cas
arg-session-at = Quand, si ce n'est pas maintenant
arg-session-reason = Pourquoi les papiers et les cas ne sont pas en même nombre
arg-session-limit = Au plus autant de séances
arg-session-count = Le nombre seulement
arg-slips-count = Combien de papiers
arg-slips-receipt = Un reçu pour ce cas : référence, date, téléphone, rien du contenu
arg-slips-phone = Le téléphone imprimé ; sans lui, une ligne à remplir à la main
arg-slips-out = Une page à imprimer, huit papiers par feuille
help-session = Boîte, table, événement, groupe : plusieurs cas sous un même en-tête
help-session-open = Ouvrir une séance : le lieu, le projet, les papiers comptés sont dits une fois
help-session-add = Enregistrer un cas de la séance en cours
help-session-close = Clore la séance : les papiers sont comparés aux cas
help-session-show = La séance en cours
help-session-list = Les séances
help-slips = Papiers à références
help-slips-print = Imprimer des papiers à référence réservée, ou le reçu d'un cas
done-session-open = Séance { $ref } ouverte. Chaque cas : boucle session add. À la fin : boucle session close
done-session-close = Séance { $ref } close : { $recorded ->
    [0] aucun cas enregistré
    [one] un cas enregistré
   *[other] { $recorded } cas enregistrés
}.
done-session-show = Séance { $ref } en cours : { $recorded ->
    [0] aucun cas enregistré
    [one] un cas enregistré
   *[other] { $recorded } cas enregistrés
}{ $slips ->
    [none] .
   *[other] {" "}sur { $slips } papiers.
}
ui-session-none = Aucune séance en cours.
error-session-goes-on = la séance { $session } est déjà ouverte
error-session-goes-on-hint = la clore d'abord : boucle session close
error-no-session-goes-on = aucune séance n'est ouverte
error-no-session-goes-on-hint = boucle session open
error-two-openers = une boîte est ouverte par deux personnes
error-two-openers-hint = donnez deux noms : --opened-by A,B
error-slips-not-counted = les papiers de la boîte n'ont pas été comptés
error-slips-not-counted-hint = comptez-les avant de les lire : --slips N
error-slips-differ = { $slips } papiers comptés, { $recorded } cas enregistrés
error-slips-differ-hint = enregistrez les autres, ou dites pourquoi : boucle session close --reason
error-slip-used = le papier { $slip } a déjà servi, ou n'a pas été imprimé ici
error-slip-used-hint = boucle find { $slip } montre le cas qui l'a pris
error-no-paper-of-sealed = aucun papier n'est imprimé pour un cas scellé
error-no-paper-of-sealed-hint = un papier trouvé par quelqu'un d'autre mettrait la personne en danger ; dictez la référence

front-desk = Table des plaintes, distribution
front-box = Boîte à plaintes
front-session = Entrée : le cas suivant ; f : clore ; < : retour au menu

field-ages = Âges
field-cost = Coût
field-verified = Vérifié le
field-service-hours = Heures
field-services = Services pour la personne
field-happened = Quand cela s'est passé
field-reporter-is = Qui en parle
field-harmed-sex = Sexe de la personne touchée
field-harmed-age-group = Âge de la personne touchée
field-accused-affiliation = Appartenance de la personne mise en cause
service-medical = médical
service-safety = sécurité, hébergement d'urgence
service-psychosocial = écoute, soutien
service-legal = droit
service-shelter = logement
service-material = aide matérielle
service-other = autre
served-offered = proposé
served-accepted = accepté
served-received = reçu
served-declined = refusé
served-not-available = pas disponible
happened-within-72h = il y a moins de 3 jours
happened-within-120h = il y a 3 à 5 jours
happened-earlier = avant
happened-not-said = non dit
reporter-is-self = la personne elle-même
reporter-is-family = sa famille
reporter-is-witness = un témoin
reporter-is-leader = un responsable de la communauté
reporter-is-staff = du personnel
reporter-is-other = quelqu'un d'autre
accused-affiliation-own-staff = personnel d'ici
accused-affiliation-partner = partenaire
accused-affiliation-contractor = prestataire
accused-affiliation-other-agency = autre organisation
accused-affiliation-authority = autorité
accused-affiliation-armed-group = groupe armé
accused-affiliation-community = communauté
accused-affiliation-family = famille
accused-affiliation-other = autre
accused-affiliation-unknown = inconnue
act-service = service pour la personne
ask-service-kind = Quel service
ask-service-answer = Ce qu'il en est
ask-service-name = Lequel (Entrée : non précisé)
arg-service-kind = medical, safety, psychosocial, legal, shelter, material, other
arg-service-answer = offered (proposé), accepted (accepté), received (reçu), declined (refusé), not_available (pas disponible)
arg-service-name = Le nom du service
arg-services-near = À ce lieu, en mots ou par son code
arg-services-kind = De cette sorte
arg-services-file = Un tableau : lieu, genre, nom, téléphone, heures, âges, coût, vérifié le
arg-row-kind = D'un service : medical, safety, psychosocial, legal, shelter, material, other
arg-row-place = D'un service : le lieu
arg-row-verified = D'un service : le jour de la dernière vérification
help-case-service = Noter ce que la personne a reçu comme aide : proposé, accepté, reçu, refusé
help-services = Qui aide une personne touchée, et où
help-services-load = Lire les services d'un tableau
done-case-service = { $ref } : service noté.
done-services-load = { $rows } services lus : { $added } nouveaux, { $changed } changés, { $unchanged } inchangés.
error-services-no-header = { $file } : aucune ligne d'en-têtes
error-services-no-header-hint = colonnes attendues : { $looked_for }

front-type-harmed = Une personne a été violentée, abusée ou menacée
front-danger = « Êtes-vous en sécurité maintenant ? Pouvons-nous parler ? » (o / n / ne sait pas)
front-danger-now = La sécurité d'abord ; l'enregistrement vient après. Donnez ces contacts, et appelez vous-même si la personne ne le peut pas :
front-duty-phone = Personne à appeler chez nous : { $phone }
front-must = À dire : « Si cela concerne quelqu'un qui travaille pour l'aide, je dois le signaler, sans votre nom si vous le souhaitez. Vous dites ce que vous voulez, et rien de plus. » Ne demandez ni détail, ni preuve, ni le nom de l'auteur.
front-must-said = C'est dit (Entrée)
front-whose = Qui en parle (Entrée : non dit)
front-harmed-sex = Sexe de la personne touchée (Entrée : inconnu)
front-harmed-age = Âge de la personne touchée (Entrée : inconnu)
front-when = Quand cela s'est-il passé (Entrée : non demandé)
front-within-72h = Moins de 72 heures : les soins d'urgence (dont ceux contre le VIH) sont encore possibles. Le plus tôt est le mieux, avec l'accord de la personne.
front-within-120h = Moins de 5 jours : la contraception d'urgence est encore possible, avec l'accord de la personne.
front-no-services = Aucun service n'est connu ici (boucle services load). Appelez la personne de permanence pour en trouver un.
front-service = La personne : a accepte, r refuse, p seulement proposé
front-service-elsewhere = ailleurs
front-service-stale = pas vérifié depuis 90 jours
front-follow-up = Souhaite-t-elle qu'on la rappelle ? Sans cela, ni nom ni numéro ne sont gardés (o / n)

reference-households = ménages
reference-payments = versements
ui-listed = Sur la liste des { $list } (chargée le { $day }) :
field-rows = Lignes
field-columns = Colonnes
field-loaded-at = Chargée
field-expires = Jusqu'au
ask-reference-find = Téléphone, carte, ménage ou nom
arg-reference-file = Le tableau (CSV)
arg-reference-kind = households (ménages) ou payments (versements)
arg-reference-expires = Combien de temps la liste est gardée ; 45 jours si rien n'est dit
arg-reference-drop-kind = Laquelle ; sans cela, toutes
arg-reference-what = Téléphone, carte, ménage ou nom ; demandé s'il manque
help-reference = Listes de ménages ou de versements, sur cette machine seulement
help-reference-load = Charger une liste pour un temps : elle ne part nulle part
help-reference-drop = Détruire une liste
help-reference-list = Les listes chargées
help-reference-find = Chercher une personne dans les listes
done-reference-load = Liste chargée : { $rows } lignes, sur cette machine seulement, jusqu'au { $expires }.
done-reference-drop = Listes détruites.
error-reference-no-column = { $file } : aucune colonne de téléphone, de carte, de ménage ou de nom
error-reference-no-column-hint = la première ligne doit nommer les colonnes
front-listed-copy = c : noter carte et ménage dans le cas ; Entrée : non

front-draft = Un appel a été interrompu avant d'être enregistré : « { $gist }… »
front-draft-what = r le reprendre, n un nouvel appel (il reste gardé), d le détruire
front-draft-kept = Ce qui a été dit est gardé pour vous seul ; il vous sera proposé au prochain appel.
front-draft-in-memory = Ce qui a été dit est gardé jusqu'à ce que vous fermiez votre session, et nulle part sur le disque ; il vous sera proposé au prochain appel.

arg-service-keyfile = Où mettre le fichier secret de la machine ; sans cela, à côté des données
help-service = Démarrer avec la machine
help-service-install = La machine échange dès qu'elle est allumée, sans phrase secrète
help-service-remove = Ne plus démarrer avec la machine
done-service-install = Installé : { $unit }. Qui vole le disque avec { $keyfile } lit ce que la machine seule peut lire : codes, dates, sites ; ni noms ni paroles. Pour travailler : boucle unlock
done-service-install-by-hand = Écrit : { $unit }, mais ce système ne le démarre pas de lui-même. À faire une fois : systemctl --user enable --now { $name }
done-service-remove = La machine ne démarre plus boucle d'elle-même.

message-media = [photo, message vocal ou fichier non joint]
arg-import-own = Un nom ou un numéro à nous dans la discussion ; « - » : aucun
arg-import-dates = L'ordre du jour et du mois, si le fichier ne le dit pas
arg-intake-from = Le numéro d'où vient le message
arg-intake-at = Quand il a été envoyé
arg-intake-channel = sms ou whatsapp
arg-intake-call-from = Le numéro de la personne
arg-intake-event = answer (décroché), hangup (raccroché), missed (manqué)
help-intake = Un message ou un appel, venu d'une passerelle
help-intake-sms = Un message sur l'entrée standard : il rejoint le cas de son auteur, ou en ouvre un
help-intake-call = Un appel, comme un standard l'annonce
done-intake-sms = { $ref } : message reçu.
done-import-messages = { $rows } messages : { $created ->
    [0] aucun cas ouvert
    [one] un cas ouvert
   *[other] { $created } cas ouverts
}, { $updated } ajoutés à des cas connus, { $unchanged } déjà là, { $skipped } sans contenu.
done-import-messages-sealed = { $sealed ->
    [one] Un cas est scellé : ses mots sont graves.
   *[other] { $sealed } cas sont scellés : leurs mots sont graves.
}
done-import-messages-unread = { $rejected } lignes n'ont ni date ni numéro lisibles : elles ne sont pas reprises.
ui-import-messages-trial = Essai : rien n'a été écrit.
error-no-messages = { $file } : aucun message { $format } n'y est reconnu
error-no-messages-hint = pour WhatsApp, exportez la discussion en texte ; pour les SMS, un tableau avec une date, un numéro et un texte
error-dates-either-way = { $file } : le jour et le mois peuvent être lus dans les deux sens
error-dates-either-way-hint = dites l'ordre : --dates dmy (31/12) ou --dates mdy (12/31)
error-own-not-said = qui est à nous, parmi { $senders } auteurs de messages, n'est pas dit
error-own-not-said-hint = --own NOM pour chaque nom ou numéro à nous ; --own - si aucun ne l'est
ask-import-own = Lequel de ces auteurs est à nous (numéro ou nom ; Entrée : aucun)
front-child = Un enfant : ne passez pas par la personne qui s'en occupe, sauf si le groupe habilité le décide. Demandez à la personne qui vous parle comment la joindre, elle.
arg-background = Pour le temps où quelqu'un est là (boucle unlock)
front-danger-alone = La sécurité d'abord ; l'enregistrement vient après. Aucun service n'est connu sur cette machine : appelez vous-même la personne de permanence, la police ou le centre de santé les plus proches, si la personne le veut.

# English texts. Every key also exists in fr.ftl, with the same variables.

## Errors: what was wrong, then (-hint) what to do
error-unexpected = internal error of the node
error-unexpected-hint = run the command again with -v and pass the output to technical support
error-unknown-failure = the node answered with an error unknown here: { $code }
error-unknown-failure-hint = the running node has another version: stop it and start `boucle run` again
error-not-built = `{ $command }` does not exist in this version yet
error-disk-full = the disk is full: { $file }
error-disk-full-hint = free some space, then run the same command again: nothing was half saved
error-file-not-found = no such file: { $file }
error-file-not-permitted = no permission for file { $file }
error-file-not-readable = cannot read file { $file }
error-file-not-writable = cannot write file { $file }
error-no-home-folder = no folder for the node
error-no-home-folder-hint = name one with --home or BOUCLE_HOME
error-usage = the command is not well formed
error-usage-hint = `boucle --help` shows the commands
error-usage-unknown-option = unknown option: { $option }
error-usage-unknown-option-hint = add --help to the command to see its options
error-usage-unknown-command = unknown command: { $command }
error-usage-unknown-command-hint = `boucle --help` shows the commands
error-usage-unexpected-argument = one argument too many
error-usage-unexpected-argument-hint = put quotes around what contains spaces
error-usage-bad-value = value refused for { $option }
error-usage-bad-value-hint = expected: { $expected }
error-usage-missing = missing: { $missing }
error-usage-missing-hint = on a terminal, the command asks for it
error-usage-missing-command = a subcommand is missing: { $commands }
error-usage-conflict = { $option } and { $other } exclude each other
error-stdin-twice = standard input (-) can be read only once
error-bad-record = { $file } does not describe a case
error-bad-record-hint = one JSON object with the fields of `case new`; -v says where it stops
error-not-in-taxonomy = { $field }: no such code: { $value }
error-not-in-taxonomy-hint = close to it: { $near }
error-sync-first = this node has not met its organisation yet
error-sync-first-hint = reach another node once: `boucle sync ADDRESS`
error-home-must-be-unlocked = this home is in use and locked
error-home-must-be-unlocked-hint = start `boucle run` as someone who works here, then join
error-bad-value = value refused for { $field }
error-bad-value-hint = expected: { $expected }
error-unknown-field = unknown field: { $field }
error-unknown-field-hint = close to it: { $near }
error-passphrases-differ = the two passphrases differ
error-passphrase-weak = this passphrase is too weak
error-passphrase-weak-hint = at least 12 characters or 5 words, and not a well-known one
error-recusal-not-asked = restricted case: does it concern someone who works here?
error-recusal-not-asked-hint = answer with --recuse MEMBER|ROLE or --no-recusal
error-member-not-named = several people use this device: { $members }
error-member-not-named-hint = choose with --member NAME or BOUCLE_MEMBER
error-not-initialised = no node in { $home }
error-not-initialised-hint = `boucle init` founds an organisation, `boucle join` joins one
error-already-initialised = there is a node in { $home } already
error-already-initialised-hint = choose another folder with --home
error-already-running = a node is running on { $home } already
error-not-running = no node is running on { $home }
error-not-running-hint = `boucle run` starts it
error-home-in-use = another command is working on { $home }
error-home-in-use-hint = try again in a moment
error-home-damaged = damaged file of the node: { $file }
error-home-damaged-hint = do not change it; `boucle restore` brings back a backup, peers give the rest
error-home-too-new = this folder comes from a newer version ({ $found }; here { $supported })
error-home-too-new-hint = update boucle
error-clock-wrong = the clock says { $now }, before the newest entry known ({ $newest })
error-clock-wrong-hint = set the date, then try again
error-socket-not-ours = the local socket belongs to another user
error-socket-failed = the link to the running node failed
error-socket-failed-hint = check that `boucle run` is still running, then `boucle case list` to see whether it was done
error-socket-timed-out = the running node no longer answers
error-socket-timed-out-hint = stop it and start `boucle run` again
error-request-not-understood = the running node did not understand the request
error-request-not-understood-hint = it has another version: stop it and start `boucle run` again
error-request-too-large = request too large (at most { $max } bytes)
error-reply-too-large = reply too large (at most { $max } bytes)
error-reply-too-large-hint = narrow it with filters or --limit
error-locked = { $member } is not unlocked
error-locked-hint = give the passphrase on the terminal, with --passphrase-file or BOUCLE_PASSPHRASE
error-wrong-passphrase = passphrase refused for { $member } (or the key file is damaged)
error-not-permitted = role { $role } does not permit this
error-not-readable = you may not read case { $ref }
error-not-readable-hint = pass the call to the duty phone: the person hears the same words in every case
error-recused = you are recused from this case
error-role-expired = your role ended on { $until }
error-role-expired-hint = ask an administrator to extend it
error-revoked = this device or member was revoked
error-ref-not-found = no case { $ref } here
error-ref-not-found-hint = close to it: { $near }
error-ref-check-digits = { $ref } is mistyped (its check digits do not fit)
error-ref-check-digits-hint = perhaps: { $near }
error-ref-ambiguous = { $ref } names several cases
error-ref-ambiguous-hint = say which: { $near }
error-no-last-case = @last names no case yet
error-site-not-found = no site { $site }
error-site-not-found-hint = close to it: { $near }
error-member-not-found = no member { $member }
error-member-not-found-hint = close to it: { $near }
error-audience-not-found = no audience { $audience }
error-audience-not-found-hint = `boucle audience list` shows them
error-site-exists = site { $site } exists already
error-member-exists = { $member } exists on this device already
error-bad-site-code = { $site } is no site code
error-bad-site-code-hint = three capital letters, for instance JER
error-invitation-bad = the invitation is unreadable or altered
error-invitation-bad-hint = copy it in full, or ask for another
error-invitation-expired = the invitation expired on { $expired }
error-invitation-expired-hint = ask for another
error-invitation-used = the invitation was used already
error-invitation-used-hint = ask for another
error-invitation-other-org = the invitation comes from another organisation than this folder's
error-invitation-other-org-hint = use another folder with --home
error-words-do-not-match = the six words are not those of { $member }
error-words-do-not-match-hint = read them again by voice; if they still differ, do not accept this person
error-no-numbers-left = no reference number left on this device
error-no-numbers-left-hint = sync with an administrator's node; cases are saved with a provisional mark
error-no-reader-left = nobody is left to read this case in audience { $audience }
error-no-reader-left-hint = name another audience: nothing is sealed to nobody
error-no-case = no case is open
error-case-exists = the case exists already
error-missing = missing: { $fields }
error-field-fixed = { $field } is written once, by the system
error-field-by-verb = { $field } is not set directly
error-field-by-verb-hint = an act does it: { $verb }
error-unknown-code = { $field }: no such code ({ $table })
error-unknown-code-hint = `boucle taxonomy show` shows them all
error-too-long = { $field } is too long (at most { $bytes_max } bytes)
error-nothing-to-clear = { $field } is empty already
error-field-required = { $field } cannot be left empty
error-no-conflict = { $field } is not in conflict
error-no-conflict-hint = `boucle case conflicts` lists what is to be settled
error-no-such-pick = pick a number from 1 to { $choices }
error-no-such-pick-hint = `boucle case conflicts` shows them
error-withheld = { $field } is part of what you may not read
error-withheld-hint = add a note: it reaches those who can read it
error-outside-audience = the case is restricted and you are not of its audience
error-outside-audience-hint = you can add information: note, act, attempt, consent
error-must-be-restricted = a case of sensitivity { $level } must be restricted
error-must-be-restricted-hint = name the audience
error-needs-sealing = sensitivity { $level } needs the case to be sealed
error-needs-sealing-hint = `boucle case seal { $ref }`
error-not-a-raise = the sensitivity is { $level } already
error-not-a-lowering = the sensitivity is not above { $level }
error-case-closed = case { $ref } is closed
error-case-closed-hint = reopen it with `boucle case reopen { $ref }`
error-not-closed = the case is not closed
error-epochs-exhausted = the case was reopened too often
error-epochs-exhausted-hint = record another one and link it
error-not-assigned = the case is assigned to nobody
error-not-assigned-hint = `boucle case assign { $ref } WHO`
error-not-yours = the case is not assigned to you
error-not-yours-hint = `boucle case assign { $ref } me`
error-already-accepted = you have accepted the case already
error-never-assigned = a complaint is not closed before it was assigned
error-never-assigned-hint = `boucle case assign { $ref } WHO`
error-not-answered = no answer was given yet
error-not-answered-hint = `boucle case answer { $ref }` records it
error-not-satisfied = the person has not said that they are satisfied
error-not-satisfied-hint = ask, then `boucle case answer { $ref } --satisfied yes|partly|no|declined`
error-answered-once = no second answer was offered
error-answered-once-hint = offer one, and say how to appeal
error-not-unreachable = attempts on { $days } days since the last contact, { $needed } are needed
error-not-unreachable-hint = `boucle case attempt { $ref } --outcome no_answer` records an attempt
error-not-resolved = the case is not resolved
error-not-resolved-hint = `boucle case resolve { $ref }` records it
error-not-anonymous = the person is not anonymous, or left a way to be reached
error-not-anonymous-hint = answer the person instead
error-no-survivor = no link to the case that survives
error-no-survivor-hint = `boucle case link { $ref } OTHER --as duplicate`
error-not-a-prank = the category is not other.prank
error-no-direction = the person was not told where to turn
error-no-direction-hint = tell them where to turn: `boucle case answer { $ref }`
error-other-verb = closing as { $reason } is part of `{ $verb }`
error-before-received = the closing would be dated before the case was received
error-before-received-hint = check the clock, or the date of reception
error-no-contact-consent = the person has not agreed to be contacted
error-no-contact-consent-hint = ask, then `boucle case consent { $ref } contact_back given`
error-manager-only = only the CFM manager or the coordination may do this
error-not-on-hold = the case is not on hold
error-self-link = a case is not linked to itself
error-too-many = too many { $field } to name in one act
error-schema-key = the act would write what a case may not hold: a fault of this program
error-schema-key-hint = run it again with -v and pass the output to technical support
error-schema-type = the act would write what a case may not hold: a fault of this program
error-schema-type-hint = run it again with -v and pass the output to technical support
error-schema-bounds = the act would write what a case may not hold: a fault of this program
error-schema-bounds-hint = run it again with -v and pass the output to technical support
error-schema-delete = the act would write what a case may not hold: a fault of this program
error-schema-delete-hint = run it again with -v and pass the output to technical support
error-wrong-peer = another device answers at { $address }
error-file-too-large = { $file } is too large
error-file-too-large-hint = import it in parts
error-too-many-columns = { $file } has too many columns ({ $found })
error-too-many-rows = { $file } has too many rows
error-too-many-rows-hint = import it in parts
error-not-text = { $file } is not a CSV text file but { $looks_like }
error-not-text-hint = export it as CSV
error-no-header = { $file } does not have the expected columns ({ $looked_for })
error-no-header-hint = check --as, export with XML names, or give --mapping
error-mapping-syntax = mapping { $file } refused
error-mapping-syntax-hint = -v says where
error-mapping-code = mapping, table { $table }: { $code } is no code
error-mapping-code-hint = close to it: { $near }
error-withdraw-which = { $ref }: which entry? { $entries }
error-withdraw-which-hint = `boucle case withdraw { $ref } ENTRY`, with the first digits of its number
error-withdraw-nothing = { $ref }: nothing of yours can be taken back
error-withdraw-nothing-hint = peers may have it: correct it by a new edit
error-entry-not-found = { $ref } has no such entry
error-entry-not-found-hint = `boucle case history { $ref }` shows the number of each
error-entry-ambiguous = { $ref }: several entries begin so: { $near }
error-entry-ambiguous-hint = give more digits
error-entry-not-yours = { $ref }: entry { $entry } is not yours
error-entry-not-yours-hint = only whoever wrote it, on the machine it was written on, can take it back
error-entry-offered = { $ref }: entry { $entry } has left this machine, or may have
error-entry-offered-hint = peers may have it: correct it by a new edit
error-entry-built-upon = { $ref }: later edits build on entry { $entry }: { $later }
error-entry-built-upon-hint = take these back first, the last one before the others
error-unsettled-conflict = { $ref }: field { $field } is in conflict
error-unsettled-conflict-hint = `boucle case conflicts { $ref }`, then `boucle case settle { $ref } { $field } --pick N`
error-changed-meanwhile = { $ref }: field { $field } changed meanwhile
error-changed-meanwhile-hint = read it again, then try again
error-no-peer = { $looked ->
    [on] nobody in reach: listened to the local network for { $seconds } s, heard: { $heard }; addresses tried: { $tried }
    [off] nobody in reach: looking on the local network is off; addresses tried: { $tried }
   *[failed] nobody in reach: this system does not allow looking on the local network; addresses tried: { $tried }
}
error-no-peer-hint = same Wi-Fi, and `boucle run` started there? a router may isolate devices: give an address (`boucle sync HOST:PORT`) or carry it on a USB stick
error-peer-unknown = no address of { $peer } is known
error-peer-unknown-hint = give it once: `boucle sync HOST:PORT`
error-peer-unreachable = cannot reach { $peer }
error-peer-unreachable-hint = check that `boucle run` is running there and that the address is right
error-peer-silent = no answer from { $peer } in { $seconds } s
error-peer-silent-hint = another organisation, an old invitation, or a firewall
error-peer-refused = { $peer } refused: { $reason }
error-peer-other-org = { $peer } belongs to another organisation
error-sync-cut = the sync with { $peer } was cut
error-sync-cut-hint = run it again: it resumes where it stopped
error-bundle-name = a bundle's name ends in .boucle: { $file }
error-bundle-name-hint = name a folder to have a name chosen
error-file-exists = { $file } exists already
error-file-exists-hint = give another name; nothing is written over
error-recipient-not-found = no site and no device is called { $name }
error-recipient-not-found-hint = `boucle site list` and `boucle member list` show them; at least 8 digits of a device
error-too-many-recipients = a bundle opens to 4,096 devices at most; these are { $found }
error-too-many-recipients-hint = make one a site: --for SITE
error-bundle-too-large = this does not fit into a bundle
error-bundle-no-room = not enough room in { $folder }: { $needed_mb } MB needed, { $free_mb } MB free
error-bundle-no-room-hint = free some space or take another stick; nothing was written
error-bundle-not-one = { $file } is no bundle
error-bundle-not-one-hint = only ordinary files named *.boucle are read, no links and no folders
error-bundle-version = { $file } is of another version of boucle: { $found }
error-bundle-version-hint = update this node
error-bundle-not-for-us = { $file } is not sealed to this device
error-bundle-not-for-us-hint = it is another organisation's, or for others, or from before you were known there: ask for a new one
error-bundle-cut = { $file } ends too early: { $bytes } of { $expected } bytes; { $taken ->
    [0] nothing of it was taken
    [one] one new entry was kept
   *[other] { $taken } new entries were kept
}
error-bundle-cut-hint = copy it again, then import it again
error-bundle-damaged = { $file } is damaged or was altered; { $taken ->
    [0] nothing of it was taken
    [one] one new entry before that was kept
   *[other] { $taken } new entries before that were kept
}
error-bundle-damaged-hint = copy it again, or ask for a new one
error-bundle-sender = { $file } is refused: { $reason ->
    [bad_signature] the signature of who made it does not hold
    [unknown_device] the device that made it is unknown here
    [invite_used] its invitation was used by somebody else
   *[other] the device that made it may not ({ $reason })
}
error-bundle-sender-hint = ask who gave it to you; nothing of it was taken in
error-bundle-newcomer-unknown = { $file } comes from a newcomer whose invitation is unknown here
error-bundle-newcomer-unknown-hint = first import a bundle of whoever invited them, or sync with them
error-bundle-newcomer-late = { $file } comes from a newcomer whose invitation has expired
error-bundle-newcomer-late-hint = compare the six words with them; who manages people then imports with --accept-late
error-bundle-other-org = { $file } is another organisation's than your invitation names
error-bundle-no-founding = { $file } does not bring the organisation's founding
error-bundle-no-founding-hint = ask whoever invited you for a bundle made with --all
error-no-stick = no USB stick found
error-no-stick-hint = put it in, or name its folder: `boucle carry FOLDER`
error-several-sticks = several sticks: { $folders }
error-several-sticks-hint = name one: `boucle carry FOLDER`
error-not-a-folder = { $folder } is no folder
error-bad-address = { $address } is no address
error-bad-address-hint = a multiaddress (/ip4/192.168.1.5/tcp/4001) or HOST:PORT
error-cannot-listen = cannot listen on { $address }
error-cannot-listen-hint = the port may be taken: choose another with --listen
error-import-format-unknown = unknown format: { $format }
error-import-format-unknown-hint = formats: kobo, sugarcrm, register
error-demo-failed = "{ $claim }" does not hold: { $why }
error-demo-failed-hint = run it again with --keep DIR and look at the three nodes
error-demo-stopped = the demonstration stopped: { $why }
error-demo-stopped-hint = run it again with --keep DIR and look at the three nodes
error-demo-interrupted = the demonstration was interrupted; nothing is left
error-verify-found-problems = { $problems ->
    [one] the check found one problem
   *[other] the check found { $problems } problems
 }

## Interface: prefixes and small words
ui-error = error: { $message }
ui-hint = hint: { $message }
ui-cause = cause: { $message }
ui-where = where: { $where }
ui-warning = note: { $message }
ui-nothing = nothing to show
ui-yes = yes
ui-no = no
ui-withheld = [withheld]
ui-usage-heading = Usage:
ui-commands-heading = Commands
ui-global-heading = Common options
ui-eta = { $time } left
ui-ready = ready: { $addresses }
ui-stopped = stopped
ui-withheld-personal = Identity and words: withheld.
ui-withheld-sensitive = Sealed part: for its audience alone (every case has one).
ui-restricted-notice = case reserved to an audience
ui-conflict-by = by { $by }, { $at }
ui-sections-missing = { $n ->
    [one] One entry is known here by its header alone, in part or whole: what is missing comes from whoever has it.
   *[other] { $n } entries are known here by their headers alone, in part or whole: what is missing comes from whoever has it.
}
ui-sync-gaps = Parts of entries are missing: of { $here } here, of { $there } there.
ui-sync-gaps-of = Parts of entries are missing: of { $here } here, of { $there } there. Whoever wrote them has them: { $authors }.
ui-outbox-empty = Nothing was captured here that others must read.
ui-outbox-left = { $n ->
    [0] still here only
    [one] with one other machine
   *[other] with { $n } other machines
}
ui-outbox-saved = saved { $at }
ui-outbox-waiting = { $n ->
    [0] Every entry of this machine was offered to others.
    [one] One entry waits to be offered.
   *[other] { $n } entries wait to be offered.
}
ui-outbox-waiting-since = { $n ->
    [one] One entry waits to be offered, since { $at }.
   *[other] { $n } entries wait to be offered, the oldest since { $at }.
}
ui-withdraw-pick = Take back which? Number, or Enter for none
ui-incomplete = { $n ->
    [one] One entry of this case has not wholly arrived: it may say less than was written.
   *[other] { $n } entries of this case have not wholly arrived: it may say less than was written.
}
ui-settle-hint = choose: boucle case settle { $ref } { $field } --pick N
ui-question = { $question }:
ui-values = ({ $values })
progress-entries = entries
progress-rows = rows
progress-cases = cases
progress-bytes = bytes

## Remarks of an import
remark-wrong-cell-count = { $found } cells instead of { $expected }: a quote or a separator is astray
remark-cell-too-long = cell too long
remark-missing = a value the case cannot do without is missing
remark-unmapped-value = value unknown to the codes and the mapping: { $value }
remark-bad-time = not a time; used instead: { $used }
remark-no-offset = time without an offset, taken as UTC
remark-received-from-other = no end was recorded; used instead: { $used }
remark-bad-age = not an age in years
remark-bad-answer = not one of the answers
remark-dropped-without-consent = not taken over: consent was refused
remark-partial-consent = consent given in part: ask again
remark-contact-without-consent = call-back wished and data refused: nobody can be called
remark-categories-disagree = the list ({ $only_list }) and the columns ({ $only_columns }) differ; both are taken
remark-digits-lost = digits lost by a spreadsheet: not taken over
remark-place-in-words = not a code: put into the place in words
remark-answer-contradicts = not answered and an answer: the answer is kept
remark-repeat-differs = came before in this file with other content (row { $of }); the first is kept
remark-not-approved = refused in the source system; imported all the same
remark-column-twice = two columns could be it; the other: { $other }

## The demonstration
demo-title = Three nodes on this machine, a throw-away organisation.
demo-founded = 1. A regional coordinator founds the organisation; a sub-office, a committee and
   { "" }   a PSEA focal point join by invitation and six words read aloud.
demo-imports = 2. The committee imports a KoboToolbox file.
demo-import = { $rows } rows: { $created } cases, { $unchanged } sent again, { $sealed } sealed, { $duplicates_proposed } duplicate proposed
demo-import-again = the same file again creates nothing
demo-apart = 3. The network is cut. Coordinator and sub-office each edit case
   { "" }   { $ref }; the committee takes an allegation of sexual abuse.
demo-together = 4. The network is back, everything syncs.
demo-both-edits = both edits are there, the field written twice is in conflict
demo-settled = the conflict settled in one place is settled everywhere
demo-office-cannot = neither sub-office nor committee reads the allegation, nor do their disks
demo-focal-can = the PSEA focal point reads it
demo-works = 5. The committee works on a case to its end.
demo-loop = { $ref }: the loop is closed only once the person is satisfied
demo-carries = 6. The network is cut; the last change travels on a stick.
demo-bundle = a sealed file took { $entries } entries there, { $back } came back
demo-compares = 7. In the end:
demo-same-entries = the three nodes hold the same { $entries } entries
demo-same-digest = two managers of the same rights read the same { $cases } cases
demo-quiet = a sync without news: one round trip, { $bytes } bytes
demo-verified = every signature and every chain verified on the three nodes
demo-clean = { $kept ->
    [yes] no process is left; the nodes' folders are kept
   *[no] nothing is left: no process, no file
    }
demo-counts = 8. Cases, by status:
demo-kept = Kept in { $folder }. Rose's passphrase: { $passphrase }; and so for each.
demo-done = All of it holds, in { $seconds } s.

## Questions asked on the terminal
ask-org = Name of the organisation
ask-site = Code of the site
ask-member = Name of the member
ask-site-code = Code of the new site
ask-site-name = Name of the site
ask-kind = Kind (office, committee, region, national, partner)
ask-role = Role (code)
ask-invitation = Invitation (or path of the file)
ask-passphrase = Passphrase
ask-passphrase-new = New passphrase (at least 5 words)
ask-passphrase-again = The same, once more
ask-type = Type (code)
ask-channel = Channel (code)
ask-category = Category (code, blank: later)
ask-text = What the person says (blank: nothing)
ask-reporter-name = Name of the person (blank: not said)
ask-phone = Phone (blank: not said)
ask-recuse = Does it concern someone who works here? Names or roles, separated by commas (blank: nobody)
ask-note = Note
ask-what = What was done or is to be done
ask-reason = Reason
ask-answer = Answer given to the person
ask-outcome-text = Outcome, and what to tell the person
ask-value = Value of { $field }
ask-find = Phone, reference or words

## After an act
done-init = Organisation founded. Site { $site }, member { $member }.
done-site-add = Site { $site } added.
done-invite = Invitation, valid until { $expires }:
done-invite-file = Written to { $file }
done-init-roots = Write this root key on paper and keep it apart from this machine; it is shown once and stored nowhere:
done-join-words = Read these six words to whoever invited you: { $words }
done-join = { $member } joined site { $site } ({ $role }).
done-member-confirm = { $member } is confirmed.
done-member-words = To be read by voice with { $member }:
done-case-new = Case { $ref } recorded.
done-case-new-provisional = Case recorded under the provisional mark { $ref }.
done-case-set = { $ref }: changed.
done-case-note = { $ref }: note added.
done-case-withdraw = { $ref }: taken back. Nobody will read it.
done-case-withdraw-case = { $ref }: the case is taken back. Its reference will not be given again.
done-case-settle = { $ref }: conflict settled.
done-case-triage = { $ref }: triaged.
done-case-assign = { $ref }: assigned.
done-case-accept = { $ref }: accepted.
done-case-act = { $ref }: action recorded.
done-case-hold = { $ref }: on hold.
done-case-unhold = { $ref }: no longer on hold.
done-case-resolve = { $ref }: outcome recorded.
done-case-answer = { $ref }: answer recorded.
done-case-attempt = { $ref }: attempt recorded.
done-case-consent = { $ref }: consent recorded.
done-case-close = { $ref }: closed.
done-case-reopen = { $ref }: reopened.
done-status-now = Status: { $status }
done-verify = All is consistent. Entries: { $entries }, cases: { $cases }.
done-verify-problems = Differences:
done-digest = Cases: { $cases }, digest { $digest }
done-import = Rows: { $rows }. Cases created: { $created }, updated: { $updated }, unchanged: { $unchanged }, skipped: { $skipped }, rejected: { $rejected }
done-import-sealed = of which sealed to an audience: { $sealed }
done-import-warning = row { $row }, { $field }: { $message }
done-import-duplicates = duplicates proposed: { $n }
done-sync-equal = { $peer }: equal ({ $sent } sent, { $received } received, { $ms } ms)
done-sync-unequal = { $peer }: unfinished ({ $sent } sent, { $received } received)
done-sync-none = no peer in reach
done-bundle-export = { $entries ->
    [0] nothing is lacking there: the bundle holds no entry
    [one] one entry in { $file }
   *[other] { $entries } entries in { $file }
} ({ $size })
done-bundle-files = in { $n } files, to be imported in any order
done-bundle-released = { $n ->
    [one] one entry of yours that waited is released: it can no longer be withdrawn
   *[other] { $n } entries of yours that waited are released: they can no longer be withdrawn
}
done-bundle-import = { $entries } entries read, { $new } new
done-bundle-missing = { $chains ->
    [one] one chain lacks { $n } entries: ask { $from } for a bundle made with --all, or sync
   *[other] { $chains } chains lack { $n } entries: ask { $from } for a bundle made with --all, or sync
}
done-bundle-part = this was part { $index } of { $of }
done-bundle-refused = { $n ->
    [one] one entry was refused: `boucle verify` names it
   *[other] { $n } entries were refused: `boucle verify` names them
}
done-bundle-left = { $n } entries were left: the device that made the bundle is suspended
done-carry = { $take } to take, { $back } back
done-carry-missing = { $n } entries of others are still missing: the next journey brings them
done-carry-problem = { $file }: { $code }
ask-stick = Several sticks: which one? { $choices }
done-lock = Locked.
done-unlock = Unlocked.
done-clock-suspect = the clock of this device is suspect

## Who can be reached
reach-connected = In touch: { $peers }
reach-nobody = Nobody in touch.
reach-looked = { $state ->
    [on] local network: looking ({ $interfaces }), heard: { $heard }
    [off] local network: looking is off (--no-mdns)
    [not_running] local network: not looking, the node does not run
   *[failed] local network: this system does not allow looking
}
reach-strangers = calls without the network's secret (another organisation, an old invitation): { $n }
reach-address = { $addr }: { $answer } ({ $when })
reach-answered-once = { $addr }: answered ({ $when })
reach-to-do = To do:
answer-answered = answered
answer-peer-unreachable = cannot be reached
answer-peer-silent = no answer
answer-peer-refused = refused
answer-peer-other-org = another organisation
answer-wrong-peer = another device answers
answer-sync-cut = cut
answer-bad-address = wrong address
advice-run = start `boucle run`: without it nobody finds this node
advice-no-network = plug in a cable or join a Wi-Fi: this machine has no network
advice-mdns-off = start again without --no-mdns to look on the local network
advice-mdns-failed = the system does not allow looking: give an address, or open UDP port 5353 in the firewall
advice-same-network = check that the other machine is on the same Wi-Fi and that `boucle run` is running there
advice-isolation = the access point may isolate devices (a guest network): try another Wi-Fi, a cable or a phone's hotspot
advice-other-secret = somebody answers without the network's secret: another organisation, an old invitation, or a firewall
advice-type-address = give the address the other one shows when it starts: `boucle sync HOST:PORT`
advice-carry = carry it on a USB stick

## Warnings that come with an act
warning-single-root = one root key only: whoever loses it cannot change the founders; `--roots 2-of-3` shares it out
warning-provisional-ref = the final reference comes with the next sync
warning-cannot-reopen = this case is sealed: this device cannot read it again
warning-propose-close = the person is satisfied: the case can be closed
warning-clock-suspect = the clock of this device is suspect
warning-contact-after-closing = new contact after closing: check

## Fields
field-ref = Reference
field-status = Status
field-type = Type
field-category = Category
field-site = Site
field-project = Project
field-partner = Partner
field-channel = Channel
field-spoken-language = Spoken language
field-received-at = Received
field-due-at = Due
field-waiting-on = Waiting on
field-undelivered = Undelivered
field-assignee = Assignee
field-sensitivity = Sensitivity
field-overdue = Overdue
field-satisfaction = Satisfaction
field-loop-closed = Loop closed
field-conflicts = Conflicts
field-name = Name
field-kind = Kind
field-parent = Parent
field-org-unit = Unit
field-member = Member
field-role = Role
field-device = Device
field-confirmed = Confirmed
field-revoked = Revoked
field-until = Until
field-audience = Audience
field-label = Label
field-members = Members
field-delegate = Delegate
field-alternate = Alternate
field-epoch = Epoch
field-at = When
field-by = By
field-act = Act
field-fields = Fields
field-field = Field
field-value = Value
field-scope = Scope
field-entries = Entries
field-tips = Tips
field-fingerprint = Fingerprint
field-count = Count
field-reach = Contacts
field-peer = Peer
field-last-sync = Last sync
field-equal = Equal
field-unlocked = Unlocked
field-only-here = Only here
field-clock = Clock
field-peers = Peers
field-oldest = Oldest
field-case-id = Identifier
field-priority = Priority
field-text = Text
field-summary = Summary
field-reporter-name = Name of the person
field-phone = Phone
field-anonymous = Anonymous
field-sex = Sex
field-age-group = Age
field-disability = Disability
field-locality = Place
field-consents = Consents
field-allegation = Allegation
field-accused = Accused
field-resolution = Outcome
field-closure = Closing
field-hold = On hold
field-notes = Notes
field-actions = Actions
field-responses = Answers
field-interactions = Contacts
field-attempts = Attempts
field-links = Links
field-recorded-at = Recorded
field-created-by = Recorded by
field-origin-site = Origin site
field-handling-site = Handling site
field-incident-at = Happened
field-restricted = Restricted
field-location = Place
field-week = Week
field-region = Region
field-code = Code
field-version = Version
field-words = Words
field-what = What
field-stakeholder = Stakeholder
field-filer = Filer
field-group-size = People
field-expected-outcome = Hoped for
field-safe-contact = Safe contact
field-answered = Answered
field-unreachable = Unreachable
field-language = Language
field-file = file
field-row = row
field-line = line
field-column = column
field-sheet = sheet
field-entry = entry
field-pick = Pick
field-outcome = Outcome
field-means = Means
field-purpose = Purpose
field-answer = Answer
field-due = Due
field-on-behalf-of = On behalf of
field-direction = Direction
field-reason = Reason
field-case = Case
field-system = System
field-id = Id

## Codes
status-received = received
status-triaged = triaged
status-assigned = assigned
status-in-progress = in progress
status-resolved = resolved
status-responded = responded
status-closed = closed
status-reopened = reopened
status-restricted = restricted
sensitivity-s0 = ordinary
sensitivity-s1 = confidential
sensitivity-s2 = sensitive
sensitivity-s3 = sensitive
satisfaction-satisfied = satisfied
satisfaction-partly = partly
satisfaction-not-satisfied = not satisfied
satisfaction-declined = declined
closure-satisfied = satisfied
closure-not-satisfied = not satisfied
closure-unreachable = unreachable
closure-anonymous = anonymous
closure-withdrawn = withdrawn
closure-out-of-scope = out of scope
closure-handed-over = handed over
closure-duplicate = duplicate
closure-prank = prank
closure-moved = moved
kind-office = office
kind-committee = committee
kind-region = region
kind-national = national
kind-partner = partner

## Help of the commands
help-boucle = Take a complaint, answer it, close the loop: without a server
help-init = Found an organisation
help-site = Sites
help-site-add = Add a site
help-site-list = List the sites
help-invite = Invite a person and their device
help-join = Join an organisation, or add a member to this device
help-member = Members
help-member-list = List the members
help-member-show = Show a member
help-member-confirm = Confirm a member by six words read by voice
help-audience = Audiences of restricted cases
help-audience-list = List the audiences
help-case = Cases
help-case-new = Record a case
help-case-list = List cases
help-case-show = Show a case
help-case-set = Set fields
help-case-note = Add a note
help-case-history = Show the history of a case
help-case-conflicts = Show what is in conflict
help-case-withdraw = Take your own words back, while nobody else has them
help-case-settle = Settle a conflict
help-case-triage = Triage a case
help-case-assign = Assign a case
help-case-accept = Accept a case
help-case-act = Record what was done or is to be done
help-case-hold = Put a case on hold
help-case-unhold = End the hold
help-case-resolve = Record the outcome
help-case-answer = Record the answer given, and what the person said of it
help-case-attempt = Record an attempt that reached nobody
help-case-consent = Record a consent
help-case-close = Close a case
help-case-reopen = Reopen a case
help-verify = Recheck everything: signatures, chains, hashes, views
help-fingerprint = Fingerprint of each scope
help-digest = Hash of what the member may read
help-status = The node at a glance
help-run = Run the node
help-sync = Sync with other nodes
help-carry = Take the USB stick along: read what others left, leave what they lack
help-bundle = Sealed files for USB sticks and e-mail
help-bundle-export = Write what others lack to a file
help-bundle-import = Take in a file
help-bundle-inspect = Show what a file says of itself
help-import = Import cases from a file
help-demo = The whole story on one machine, in under a minute
help-taxonomy = Codes: categories, channels, roles…
help-taxonomy-show = Show the codes
help-find = Find earlier cases
help-outbox = What has not left yet
help-todo = What waits on me
help-lock = Lock the member's keys
help-unlock = Unlock the member's keys

## Help of the options (arg-COMMAND-OPTION goes before arg-OPTION)
arg-help = Show this help
arg-version = Show the version
arg-home = Folder of the node (BOUCLE_HOME)
arg-json = Answer in JSON
arg-jsonl = Answer in JSON, one object a line
arg-lang = Language of messages: fr, en, ht, ar, es (BOUCLE_LANG)
arg-passphrase-file = Read the passphrase from this file (or BOUCLE_PASSPHRASE)
arg-member = Who acts on a shared device (BOUCLE_MEMBER)
arg-verbose = Also tell the causes of an error
arg-org = Name of the organisation
arg-site = Code of the site
arg-roots = Founders who must agree, for instance 2-of-3
arg-code = Code
arg-name = Name
arg-kind = Kind of site
arg-parent = Code of the site above it
arg-org-unit = Unit whose staff it is
arg-role = Role (code)
arg-expires = How long it is valid, for instance 30d
arg-out = File to write
arg-for = A site's code or a device's first digits; everybody when left out
arg-after = Only what this bundle, and whoever made it, lack
arg-all = Everything, whatever others are known to hold
arg-max-size = Largest file, for instance 25MB; more becomes several files
arg-accept-late = Also from a newcomer whose invitation has expired: you compared the six words
arg-stick = Folder of the stick; found by itself when there is one
arg-invitation = Text or file of the invitation, - for standard input
arg-words = The six words as heard
arg-case-type = Type (code)
arg-channel = Channel (code)
arg-category = Category (code)
arg-spoken = Language the person speaks (ISO 639)
arg-text = Text; asked for when left out, - for standard input
arg-urgent = It is urgent
arg-project = Project (code)
arg-partner = Partner (code)
arg-stakeholder = Who speaks (code)
arg-filer = One person, a group, or for someone
arg-group-size = Number of people in the group
arg-anonymous = The person wishes to stay unknown
arg-reporter-name = Name of the person
arg-phone = Phone
arg-sex = Sex (code)
arg-age = Age in years
arg-age-group = Age group (code)
arg-disability = yes, no, unknown, or six answers 0-4 separated by commas
arg-location = Place, in words
arg-admin1 = First level (code)
arg-admin2 = Second level (code)
arg-admin3 = Third level (code, personal)
arg-consent = given or refused for the three questions, or PURPOSE=given|refused|not_asked[:means]
arg-safe-contact = When and how to reach safely
arg-received-at = Received (YYYY-MM-DD, time optional)
arg-incident-at = Happened
arg-allegation = The allegation, in the person's words
arg-accused = Who is complained about
arg-recuse = Member or role who must not see this case
arg-no-recusal = Asked: nobody here is concerned
arg-sensitivity = Sensitivity s0 to s3; only raises
arg-priority = Priority p1 to p4
arg-external-id = Number elsewhere, SYSTEM:ID
arg-slip = Reference of the paper slip
arg-session = Box, desk, event or focus group
arg-from-json = Read the whole record as JSON (file, or -)
arg-status = Status (code); restricted: those one may not read
arg-assignee = Assigned to: member, role, or me
arg-since = Received since (date, or 30d)
arg-until = Received before (date)
arg-older-than = Received longer ago than, for instance 30d
arg-overdue = Overdue
arg-untriaged = Not yet triaged
arg-unanswered = Without an answer
arg-not-delivered = Referral not arrived
arg-sort = Field to sort by, - before it to reverse
arg-limit = At most so many
arg-count = Only how many
arg-group-by = How many by value of these fields
arg-ref = Reference, its digits, its ending, or @last
arg-assignments = FIELD=VALUE; FIELD alone is asked for, FIELD=- reads standard input
arg-field = Field
arg-pick = Number of the value chosen
arg-who = Member, role, or me
arg-on-behalf = For someone without the system: their name
arg-due = Due
arg-hold-reason = What is waited for: person, document, consent, investigation
arg-outcome = Outcome (code)
arg-satisfied = What the person said of it
arg-purpose = Purpose of the consent (code)
arg-answer = Answer
arg-means = Means: oral, thumbprint, audio, written, guardian
arg-closure = Closing reason (code)
arg-body = Text; asked for when left out, - for standard input
arg-hold-until = Until
arg-reason = Reason; asked for when left out
arg-target = Address, site or device; without a name: everyone in reach
arg-file = File
arg-format = Format: kobo, sugarcrm, register
arg-mapping = Mapping of the columns (TOML file)
arg-dry-run = Only say what would be done
arg-rejects = File for rejected rows
arg-listen = Address to listen on (multiaddress)
arg-web = Address of the local page
arg-peer = Peer to reach
arg-no-mdns = Do not look for peers on the local network
arg-keep = Keep the three nodes in this folder
arg-demo-web = Leave the coordinator's page open
arg-demo-sabotage = Break the world under one claim: the demonstration must fail (for tests)
arg-case-withdraw-entry = First digits of the entry's number, as `case history` shows it; asked for when left out
arg-find-what = Phone, reference or words; asked for when left out
arg-case-list-category = Category or sub-category (code)
arg-member-confirm-name = Name of the member

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
error-interrupted = stopped: nothing of what you were typing is saved
error-memory-short = not enough memory: { $needed_mb } MB more are needed
error-memory-short-bare = not enough memory
error-memory-short-hint = close other programs and try again; if a limit is set (`ulimit -v`), raise it. Nothing is lost or damaged
error-too-many-files = the system lets this program open no more files
error-too-many-files-hint = close other programs and try again; if a limit is set (`ulimit -n`), raise it. Nothing is lost or damaged
error-no-threads = the system does not let this program start another task
error-no-threads-hint = close other programs and try again; if a limit is set (`ulimit -u`, `ulimit -v`), raise it. Nothing is lost or damaged
error-done-not-printed = done, recorded as { $case }; the answer could not be printed
error-done-not-printed-bare = done; the answer could not be printed
error-done-not-printed-hint = do not repeat it: `boucle case show { $case }` shows it
error-no-home-folder = no folder for the node
error-no-home-folder-hint = name one with --home or BOUCLE_HOME
error-usage = the command is not well formed
error-usage-hint = `boucle --help` shows the commands
error-usage-unknown-option = unknown option: { $option }
error-usage-unknown-option-hint = add --help to the command to see its options
error-usage-unknown-command = unknown command: { $command }
error-usage-unknown-command-hint = perhaps: { $near }
error-usage-unexpected-argument = one argument too many
error-usage-unexpected-argument-hint = put quotes around what contains spaces
error-usage-bad-value = value refused for { $option }
error-usage-bad-value-hint = expected: { $expected }
error-usage-missing = missing: { $missing }
error-usage-missing-hint = { $interview ->
    [yes] `--help` says what each takes; on a terminal nearly all that makes a complaint is asked for
   *[no] `--help` says what each takes
}
error-usage-missing-command = a subcommand is missing: { $commands }
error-usage-conflict = { $option } and { $other } exclude each other
error-stdin-twice = standard input (-) can be read only once
error-stdin-twice-hint = a whole record goes in by --from-json; on a terminal an option without its value is asked for
error-bad-record = { $file } does not describe a case
error-bad-record-hint = one JSON object with the fields of `case new`; -v says where it stops
error-case-incomplete = something of this case has not come yet, or cannot be read here
error-case-incomplete-hint = `boucle sync` first; what is written anew would leave it out
error-nothing-on-stdin = { $field }: nothing came by standard input
error-nothing-on-stdin-hint = `{ $field }=` empties the field on purpose
error-not-in-taxonomy = { $field }: no such code: { $value }
error-not-in-taxonomy-hint = possible: { $near }
error-not-listed = { $field }: “{ $value }” is not in the list
error-not-listed-hint = { $may_add ->
    [yes] possible: { $near }; to add it: boucle taxonomy add { $table } CODE --label NAME
   *[other] possible: { $near }; the complaints manager, the coordination or the administration can add it
}
error-not-offered = { $field }: “{ $value }” is closed and not offered any more
error-not-offered-hint = choose another (`boucle taxonomy show`); to open it again: boucle taxonomy set { $table } { $value } --open
error-row-exists = the list has the code { $code } already
error-row-exists-hint = to change it: boucle taxonomy set { $table } { $code }
error-row-not-found = the list has no such code
error-row-not-found-hint = { $near ->
    [none] to add it: boucle taxonomy add { $table } CODE --label NAME
   *[other] possible: { $near }; to add it: boucle taxonomy add { $table } CODE --label NAME
}
error-taxonomy-file-bad = nothing is taken from { $file }: { $fault ->
    [syntax] line { $line } is not TOML
    [unknown_table] the file has an unknown table or setting
    [table] the table { $table } is not a list of entries, or it is too long
    [twice] { $table }: the code { $code } is there twice
    [setting] { $table } { $code }: the setting “{ $setting }” will not do
    [entry] { $table } { $code }: a setting is missing, unknown or of the wrong kind
   *[other] it is not a file of tables
}
error-taxonomy-file-bad-hint = mend the file; `boucle taxonomy export FILE` writes one that is good
error-sealed-no-level = { $ref } is sealed: it has no level, and no committee handles it
error-sealed-no-level-hint = its audience decides; it can hand it over to an inquiry (`boucle case handover`)
error-no-levels = the organisation has no levels of appeal
error-no-levels-hint = the coordination can declare some: boucle taxonomy add level CODE --label NAME --rank 1 --within 72
error-last-level = { $ref } is at the last level already
error-last-level-hint = answer the person, then `boucle case close { $ref } --as not_satisfied`
error-not-unsatisfied = the person has not said that the last answer is not enough
error-not-unsatisfied-hint = record first what they say of it: boucle case answer { $ref } --satisfied no
error-appeal-first = appeal to the next level was not offered
error-appeal-first-hint = boucle case appeal { $ref }; if the person does not wish it: boucle case appeal { $ref } --refused
error-sync-first = this node has not met its organisation yet
error-sync-first-hint = reach another node once: `boucle sync ADDRESS`
error-home-must-be-unlocked = this home is in use and locked
error-home-must-be-unlocked-hint = start `boucle run` as someone who works here, then join
error-bad-value = value refused for { $field }
error-bad-value-hint = expected: { $expected }
error-zone-unknown = no time zone is called { $zone }
error-zone-unknown-hint = close to it: { $near }
error-unknown-field = unknown field: { $field }
error-unknown-field-hint = close to it: { $near }
error-passphrases-differ = the two passphrases differ
error-passphrase-weak = this passphrase is too weak
error-passphrase-weak-hint = at least 12 characters or 5 words, and not a well-known one
error-passphrase-invisible = this passphrase holds a character that cannot be seen (a tab, a space without width…)
error-passphrase-invisible-hint = type it instead of pasting it: nobody could type it again
error-name-empty = this name is empty ({ $field })
error-name-invisible = this name holds a character that cannot be seen, or that turns the direction of reading ({ $field })
error-name-invisible-hint = type the name instead of pasting it
error-name-mixed-scripts = this name mixes letters of alphabets that look alike: Latin, Cyrillic, Greek… ({ $field })
error-name-mixed-scripts-hint = type the whole name on one keyboard; Arabic beside Latin is fine
error-name-reserved = “{ $name }” cannot be a name: it already means something else
error-name-reserved-hint = me, moi, roles, what begins with @ and runs of 8 digits or letters a to f are taken: add a family name
error-control-character = { $field }: the text holds a control character ({ $character }, character number { $at })
error-control-character-hint = take it out and try again; nothing was saved
error-env-not-utf8 = the variable { $variable } is not UTF-8 text
error-env-not-utf8-hint = write it in UTF-8, or remove it: `unset { $variable }`
error-clock-wrong = this machine's clock says { $now }, { $evidence ->
    [own_entry] before the newest entry written here ({ $than })
    [last_write] before the last writing here ({ $than })
    [vouched] before a time that somebody here gave for right ({ $than })
    [program] before this program existed ({ $than })
    [restart] and { $than } with the difference that is kept: since the machine was started anew nobody knows which is right
    [ahead] more than five years after this program was made
   *[other] which cannot be
}
error-clock-wrong-hint = { $evidence ->
    [ahead] compare with a telephone. If it is right: the same command with --sure, or `boucle clock set --machine`
   *[other] say what time it is now, then do it again: `boucle clock set YYYY-MM-DDTHH:MM`. If this machine's clock is right: `boucle clock set --machine`
}
error-nothing-to-accept = no entry of theirs is dated when it was not
error-nothing-to-accept-hint = `boucle clock show` lists those there are
error-not-confirmed = not confirmed: nothing was changed
error-recusal-not-asked = case to be sealed: is the complaint about someone who works here?
error-recusal-not-asked-hint = answer with --recuse MEMBER|ROLE or --no-recusal
error-safety-unanswered = a question about safety was left without an answer: nothing was recorded
error-safety-unanswered-hint = start again and answer it; without a terminal, say it by the options (`--help`)
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
error-home-in-use-hint = it has been at work for a minute: see what it does, then try again
error-home-damaged = damaged file of the node: { $file }
error-home-damaged-hint = write nothing more into it and copy the whole folder; `boucle verify` says what still reads. Then join again in another folder (`--home`): peers give back what they hold
error-data-file-missing = the data file is missing: it should be { $file }
error-data-file-missing-hint = put it back there and change nothing else: `keys.boucle` beside it is its only key. If it is lost, join again in another folder (`--home`): peers give back what they hold
error-home-too-new = this folder comes from a newer version ({ $found }; here { $supported })
error-home-too-new-hint = update boucle
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
error-locked-bare = nobody is unlocked here
error-locked-hint = give the passphrase on the terminal, with --passphrase-file or BOUCLE_PASSPHRASE
error-wrong-passphrase = passphrase refused for { $member } (or the key file is damaged)
error-wrong-passphrase-hint = check the name too: `--member` or BOUCLE_MEMBER
error-wrong-passphrase-bare = passphrase refused, or the key file is damaged
error-not-permitted = role { $role } does not permit this
error-not-permitted-hint = ask { $who }
error-not-in-reach = role { $role } does not reach { $site }: it counts at its own site and the sites below
error-not-in-reach-bare = your role does not reach { $site }: it counts at its own site and the sites below
error-not-in-reach-hint = ask { $who }
error-member-unconfirmed = { $member } is not confirmed yet, and can have nothing erased
error-member-unconfirmed-hint = let whoever invited you compare the six words: `boucle member confirm`
error-recused = you are recused from this case
error-member-void = { $member } counts no more: somebody else was confirmed on the same invitation
error-member-void-hint = what was written stays on its machine; if the wrong person was confirmed, ask the inviter for a new invitation and `boucle join` again
error-key-file-bad = { $file } is no key file
error-key-file-bad-hint = choose another place: a new key file is made where there is none
error-key-file-foreign = this key file opens nothing here
error-key-file-foreign-hint = it was made for another home
error-ref-not-found = no case { $ref } here
error-ref-not-found-hint = close to it: { $near }
error-ref-check-digits = { $ref } is mistyped (its check digits do not fit)
error-ref-check-digits-hint = perhaps: { $near }
error-ref-ambiguous = { $ref } names several cases
error-ref-ambiguous-hint = give the digits instead: { $near }
error-no-last-case = @last names no case yet
error-site-not-found = no site { $site }
error-site-not-found-hint = close to it: { $near }
error-site-ambiguous = several sites are called { $site }
error-site-ambiguous-hint = name one by its code: { $near }
error-member-not-found = no member { $member }
error-member-not-found-hint = close to it: { $near }
error-member-ambiguous = several members are { $member }
error-member-ambiguous-hint = name one by the first digits of the id: { $ids } (`boucle member list` shows whose they are)
error-recusal-unknown = this machine has not met the others yet and knows no reader called { $member }
error-recusal-unknown-hint = check the spelling, or set aside by role (--recuse administrator); after a first sync all names are known. Nothing was saved, nothing was sealed
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
error-invitation-void = the invitation this machine joined by does not count: { $by } has no right to invite at its site
error-invitation-void-bare = the invitation this machine joined by does not count: whoever gave it has no right to invite at its site
error-invitation-void-hint = nothing was written. Ask a manager of the site for a new invitation and `boucle join` again; `boucle status` lists what must be taken down again
error-invitation-altered = the invitation of { $member } was altered on its way: nobody is confirmed on it
error-invitation-altered-hint = somebody else had it in hand. Give { $member } a new one by a safer way, to join with in a new home
error-invitation-other-org = the invitation comes from another organisation than this folder's
error-invitation-other-org-hint = use another folder with --home
error-words-do-not-match = the six words are not those of { $member }
error-words-do-not-match-hint = read them again by voice; if they still differ, do not accept this person
error-six-words = six words are to be compared
error-six-words-hint = put all six after --words, as heard; without --words the six to read out are shown
error-no-numbers-left = no reference number left on this device
error-no-numbers-left-hint = sync with an administrator's node; cases are saved with a provisional mark
error-no-reader-left = at least one person must be left who can read this case in audience { $audience }
error-no-reader-left-hint = name another audience
error-everybody-set-aside = everybody who could read this case is set aside: it stays as it was. Call the head of the organisation or the coordination
error-everybody-set-aside-hint = somebody you did not set aside: { $call }
error-no-case = no case is open
error-case-exists = the case exists already
error-missing = missing: { $fields }
error-field-fixed = { $field } is written once, by the system
error-field-by-verb = { $field } is not set directly
error-field-by-verb-hint = an act does it: { $verb }
error-ambiguous-code = { $field }: several answers fit
error-ambiguous-code-hint = say which: { $near }
error-unknown-code = { $field }: there is no such answer
error-unknown-code-hint = possible: { $near }
error-too-long = { $field } is too long (at most { $bytes_max } bytes)
error-act-too-large = what is written at once is too long (at most { $bytes_max } bytes)
error-act-too-large-hint = shorten it, or write it in several notes
error-cannot-be-granted = the case cannot be sealed to its readers: nothing was saved
error-cannot-be-granted-hint = `boucle audience list` shows who reads; sync, then try again
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
error-outside-for-good = the case is restricted, you are not of its audience, and it was sealed by an older version: nothing can be added to it from outside
error-outside-for-good-hint = tell somebody of the audience by voice, or call the duty telephone
error-must-be-restricted = a case of sensitivity { $level } must be restricted
error-must-be-restricted-hint = name the audience
error-needs-sealing = sensitivity { $level } needs the case to be sealed
error-needs-sealing-hint = `{ $command }` seals it, with --recuse MEMBER|ROLE or --no-recusal
error-already-sealed = the case is sealed already
error-already-sealed-hint = nothing to do: only its audience reads it
error-already-there = the case lies at { $site } already
error-already-there-hint = assign it to somebody there: `boucle case assign { $ref } WHO`
error-move-to-partner = { $site } is a partner: moving the case would give it everything
error-move-to-partner-hint = send on what it needs: `boucle case refer { $ref } --to { $site }`
error-deputy-unfit = { $who } cannot stand in for this person
error-deputy-unfit-hint = it has to be somebody else, confirmed and not away
error-only-site-reader = this case is of { $site }: only who reads the cases of { $site } may do this
error-only-site-reader-hint = ask somebody of { $site }
error-partner-by-transfer = { $of ->
    [deputy] { $who } works for a partner: a partner stands in only for its own people
    [route] { $who } works for a partner: no case of another site goes there by itself
   *[case] { $who } works for a partner: a partner reads only what is sent to it
}
error-partner-by-transfer-hint = { $of ->
    [deputy] choose a deputy of your own organisation
   *[other] send on what the partner needs, case by case: `boucle case refer { $ref } --to { $site }`
}
error-nobody-reads-there = nobody who is confirmed reads the cases of { $site }: the case would reach nobody
error-nobody-reads-there-hint = choose another site; or invite and confirm somebody there who reads: `boucle invite --site { $site } --role cfm_manager`. If you have not met other devices lately: `boucle sync`
error-field-kept-back = { $labelled } is not sent on: { $answer ->
        [refused] the person refused
        [withdrawn] the person took back their consent to
       *[other] the person was not asked yet about
    } “{ $purpose ->
        [refer_external] { purpose-refer-external }
        [share_identity_in_sensitive] { purpose-share-identity-in-sensitive }
       *[other] { purpose-refer-internal }
    }”
error-field-kept-back-hint = send it without identity? Leave this field out. Or ask the person, then `boucle case consent { $ref } { $purpose } given`
error-own-words-needed = what was said stays here: { $answer ->
        [refused] the person refused
        [withdrawn] the person took back their consent to
       *[other] the person was not asked yet about
    } “{ $purpose ->
        [refer_external] { purpose-refer-external }
        [share_identity_in_sensitive] { purpose-share-identity-in-sensitive }
       *[other] { purpose-refer-internal }
    }”
error-own-words-needed-hint = send it without identity? Say in your own words, without names, what they have to know: `boucle case refer { $ref } --to "{ $to }" --fields all --text -`
error-refer-is-for-sites = an ordinary case is sent on to a site, not to { $who }
error-refer-is-for-sites-hint = { $kind ->
    [partner] { $who } works for a partner: `boucle case refer { $ref } --to { $site }`
   *[other] to give it to them to work on: `boucle case assign { $ref } "{ $who }"`
}
error-share-is-for-persons = a case is shared with a member or a role, not with all of the site { $site }
error-share-is-for-persons-hint = to send it on to that site: `boucle case refer { $ref } --to { $site }`
error-sealed-to-persons = a sealed case goes to persons, not to all of { $site }
error-sealed-to-persons-hint = name a member or a role: `boucle case refer { $ref } --to WHO`
error-nobody-to-receive = nobody else who is confirmed is meant by { $who }
error-nobody-to-receive-hint = see who there is: `boucle member list`
error-readers-too-many = { $n } people hold that role; a sealed case goes to { $most } at most
error-readers-too-many-hint = name those who are to get it, one by one
error-not-shared = the case is shared neither with them nor with that site
error-not-shared-hint = see with whom it is: `boucle case show { $ref }`
error-only-sealed = only a sealed case goes this way
error-only-sealed-hint = an ordinary case: `boucle case refer { $ref } --outside`; to seal it: `boucle case seal { $ref }`
error-only-ordinary = a sealed case is not answered in public
error-only-ordinary-hint = the person is answered alone: `boucle case answer { $ref }`
error-shared-by-audience = a sealed case is read by its audience, and is not shared with others
error-shared-by-audience-hint = call somebody of its audience: `boucle audience list`
error-not-sealed = the case is not sealed
error-not-sealed-hint = its sensitivity is lowered in place
error-allegation-inside = the case holds an allegation: it stays sealed
error-allegation-inside-hint = write what is ordinary down as a case of its own
error-nothing-to-erase = nothing of an older version of this case is left
error-nothing-to-erase-hint = only what a case was before it was sealed can be erased so far
error-nothing-to-approve = nobody else has proposed to erase this case's older version
error-nothing-to-approve-hint = `boucle case erase { $ref }` proposes it
error-second-signature-needed = proposed already: another device must approve
error-second-signature-needed-hint = there: `boucle case erase --approve { $ref }`
error-late-edits-waiting = edits came after sealing and its audience does not have them yet
error-late-edits-waiting-hint = sync with the audience first; `--late-too` erases them as well
error-word-not-found = no such word in the list { $lang }
error-word-not-found-hint = `boucle words show` lists them
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
error-asked-self = you would be asking yourself
error-asked-self-hint = name somebody else who reads the case; for yourself: boucle case note { $ref }
error-asked-cannot-read = { $who } does not read this case and could not answer
error-asked-cannot-read-hint = ask somebody who reads it; or let this person read it first: boucle case share { $ref } --with { $who }
error-case-not-read = this case is for whoever reads it: you can add a note, and no more
error-case-not-read-hint = ask whoever has it to give it to you: `boucle case share { $ref } --with` and your name
error-hold-over = that day is over already: a hold ends in the future
error-hold-over-hint = say a day to come with --until, or leave it out
error-already-accepted = you have accepted the case already
error-never-assigned = a complaint is not closed before it was assigned
error-never-assigned-hint = `boucle case assign { $ref } WHO`
error-not-answered = no answer was given yet
error-not-answered-hint = `boucle case answer { $ref }` records it
error-not-satisfied = the person has not said that they are satisfied
error-not-satisfied-hint = ask, then `boucle case answer { $ref } --satisfied yes|partly|no|declined`
error-said-otherwise = the person has said whether they are satisfied: that is not "answered"
error-said-otherwise-hint = `boucle case close { $ref } --as { $reason }`
error-why-not-asked = the person was not asked whether they are satisfied, and nobody said why
error-why-not-asked-hint = ask, then `boucle case answer { $ref } --satisfied yes|partly|no|declined`; or `boucle case close { $ref } --as answered --reason` says why
error-answered-once = no second answer was offered
error-answered-once-hint = offer one, and say how to appeal
error-not-unreachable = attempts on { $days } days since the last contact, { $needed } are needed
error-not-unreachable-hint = `boucle case attempt { $ref } --outcome no_answer` records an attempt
error-not-resolved = the case is not resolved
error-not-resolved-hint = `boucle case resolve { $ref }` records it
error-not-anonymous = the person is not anonymous, or left a way to be reached
error-not-anonymous-hint = answer the person instead
error-no-survivor = no link to the case that survives
error-no-survivor-hint = merge it: `boucle case merge { $ref } INTO`; or link it first: `boucle case link { $ref } OTHER --as duplicate`
error-not-a-prank = the category is not other.prank
error-no-direction = the person was not told where to turn
error-no-direction-hint = tell them where to turn: `boucle case answer { $ref }`
error-other-verb = closing as { $reason } is part of `{ $verb }`
error-before-received = the closing would be dated before the case was received
error-before-received-hint = check the clock, or the date of reception
error-assignee-recused = { $who } must not see this case: it cannot be assigned to them
error-assignee-recused-hint = assign it to somebody else: `boucle case assign { $ref } WHO`
error-assignee-outside-audience = { $who } cannot open this case: it is sealed, and they are not in its group
error-assignee-outside-audience-hint = `boucle audience list` shows who can open it. To have somebody else work on a part of it: `boucle case refer { $ref } --to WHO`
error-consent-refuses-referral = { $purpose ->
    [refer_external] the person refused that their complaint be passed on outside the organisation, and { $who } does not read it already
   *[other] the person refused that their complaint be passed on inside the organisation, and { $who } does not read it already
}
error-consent-refuses-referral-hint = send it without identity? `boucle case refer { $ref } --to SITE` says what may go. Or assign it to somebody of its site who reads it already, or ask the person again, then `boucle case consent { $ref } { $purpose } given`
error-no-contact-consent = the person has not agreed to be contacted
error-no-contact-consent-hint = ask, then `boucle case consent { $ref } contact_back given`
error-no-referral-consent = the person refused to have the case passed on outside the organisation
error-no-referral-consent-hint = ask again only if something changed: `boucle case consent { $ref } refer_external given`
error-not-sent-outside = nothing sent outside the system waits to be confirmed
error-not-sent-outside-hint = `boucle case refer { $ref } --outside` sends it; inside, whoever it was given to accepts it
error-answer-expected = the person waits for an answer: this case is not closed as taken note of
error-answer-expected-hint = `boucle case answer { $ref }` records the answer
error-why-missing = closing for this reason, say why
error-why-missing-hint = `boucle case close { $ref } --as … --reason` says what was done with it, or why it is not taken
error-assignee-torn = several people have the case, and nobody has chosen between them
error-assignee-torn-hint = `boucle case settle { $ref } assignee --pick N`
error-given-by-nobody-else = nobody else gave you this case
error-given-by-nobody-else-hint = give it to whoever it is for: `boucle case assign { $ref } WHO`
error-contact-allowed = the person has not refused to be contacted
error-contact-allowed-hint = answer them: `boucle case answer { $ref }`
error-manager-only = only the CFM manager or the coordination may do this
error-not-on-hold = the case is not on hold
error-self-link = a case is not linked to itself
error-survivor-closed = the case that is to go on is closed
error-survivor-closed-hint = reopen it with `boucle case reopen`, or merge into the case that goes on
error-not-merged = the case { $ref } is not merged into another
error-not-merged-hint = what it is linked to: `boucle case show { $ref }`
error-still-merged = the two cases are merged
error-still-merged-hint = take them apart first: `boucle case unmerge REF`, with the one that is to be open again
error-link-would-tell = { $ref } and { $other } are sealed to different people: a link would tell them of each other
error-link-would-tell-hint = nothing was written; add a note to the one whose readers may know of the other
error-merge-across-seal = one of { $ref } and { $other } is sealed, and the other is not
error-merge-across-seal-hint = seal the other one first (`boucle case seal`), or only link them: `boucle case link { $ref } { $other } --as duplicate`
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
error-not-a-file = { $file } is not a file
error-not-a-file-hint = Devices, folders and pipes are not read: save the export as a file first.
error-too-many-columns = { $file } has too many columns ({ $found })
error-too-many-rows = { $file } has too many rows
error-too-many-rows-hint = import it in parts
error-not-text = { $file } is not a CSV text file but { $looks_like }
error-not-text-hint = export it as CSV
error-not-utf8 = { $file } is not UTF-8 text
error-not-utf8-bare = what was typed or piped in is not UTF-8 text
error-not-utf8-hint = convert it first: `iconv -f ISO-8859-1 -t UTF-8`; of a terminal, set its encoding to UTF-8
error-no-header = { $file } does not have the expected columns ({ $looked_for })
error-no-header-hint = check --as, export with XML names, or give --mapping
error-labels-as-header = the header of { $file } holds the questions, not their names
error-labels-as-header-hint = in KoboToolbox: Downloads, CSV, “XML values and headers”; or name the columns with --mapping
error-same-file = { $file } is the file to be imported
error-same-file-hint = give --rejects another name
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
error-peer-refused = { $peer } refused: { $reason ->
    [void] this machine's invitation was given to somebody else
    [invite_used] somebody else was confirmed on this machine's invitation
    [invite_expired] the invitation's date is over, or it was ended
    [invite_void] this machine's invitation does not count: whoever gave it has no right to invite at its site
    [bad_signature] this machine cannot prove that it is who it says, or its invitation says other things than the log
    [differs] both hold different entries under one name
   *[other] { $reason }
}
error-peer-refused-hint = { $reason ->
    [void] what was written is kept here; call the inviter: if this machine is the right one, ask for a new invitation
    [invite_used] what was written is kept here; call the inviter: if this machine is the right one, ask for a new invitation
    [invite_expired] what was written waits on this machine: ask for a new invitation, or carry it on a stick (`boucle carry`) to somebody who may take a late newcomer in
    [invite_void] what was written is kept here and reaches nobody: ask a manager of the site for a new invitation, `boucle join` again, and take it down again
    [bad_signature] ask for a new invitation; check with `boucle doctor` that this home was not mixed with another
    [differs] run `boucle verify` on both machines and pass the results to the technical team
   *[other] `boucle doctor` looks at this machine; -v tells more
}
error-peer-other-org = { $peer } belongs to another organisation
error-sync-cut = the link with { $who } broke{ $to_receive ->
    [0] {""}
   *[other] ; changes received: { $kept } of { $to_receive } kept
}{ $to_send ->
    [0] {""}
   *[other] ; changes sent: { $sent } of { $to_send }
}
error-sync-cut-hint = run it again: what came whole is kept, and it goes on from there
error-peer-stopped = { $who } answered, and then said nothing for { $seconds } s{ $to_receive ->
    [0] {""}
   *[other] ; changes received: { $kept } of { $to_receive } kept
}{ $to_send ->
    [0] {""}
   *[other] ; changes sent: { $sent } of { $to_send }
}
error-peer-stopped-hint = the link or the other machine stopped on the way: run it again, it goes on from there
error-bundle-name = a bundle's name ends in .boucle: { $file }
error-bundle-name-hint = name a folder to have a name chosen
error-file-exists = { $file } exists already
error-file-exists-hint = give another name; nothing is written over
error-inside-home = { $file } lies in the folder of the node
error-inside-home-hint = give a place outside it
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
error-bundle-cut = { $file } ends too early: { $bytes } of { $expected } bytes; { $kept ->
    [0] nothing of it was taken
   *[other] { $kept } of { $of } entries kept, new here: { $taken }
}
error-bundle-cut-bare = { $file } ends too early
error-bundle-cut-hint = copy it again, then import it again: what is kept stays, the rest is added
error-bundle-damaged = { $file } is damaged or was altered; { $kept ->
    [0] nothing of it was taken
   *[other] { $kept } of { $of } entries kept, new here: { $taken }
}
error-bundle-damaged-bare = { $file } is damaged or was altered
error-bundle-damaged-hint = copy it again, or ask for a new one: what is kept stays, the rest is added
error-bundle-sender = { $file } is refused: { $reason ->
    [bad_signature] the signature of who made it does not hold
    [unknown_device] the device that made it is unknown here
    [invite_used] its invitation was used by somebody else
    [invite_void] its invitation does not count: whoever gave it has no right to invite at its site
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
error-stick-not-writable = { $stick } cannot be written; { $back ->
    [0] there was nothing to read on it
    [one] one entry was read back from it and is kept
   *[other] { $back } entries were read back from it and are kept
}
error-stick-not-writable-hint = the stick may be locked or mounted read-only (-v says the cause); unlock it and begin again, else nothing of yours leaves
error-not-a-folder = { $folder } is no folder
error-bad-address = { $address } is no address
error-bad-address-hint = a multiaddress (/ip4/192.168.1.5/tcp/4001) or HOST:PORT
error-cannot-listen = cannot listen on { $address }
error-cannot-listen-hint = the port may be taken: choose another with --listen
error-text-looks-wrong = the letters of { $file } cannot be read: the encoding is neither UTF-8, nor that of French, nor Arabic Windows-1256; nothing was taken over
error-text-looks-wrong-hint = export again as UTF-8, or say the encoding: `--encoding windows-1256` (or iso-8859-6, windows-1251…)
error-encoding-unknown = unknown encoding: { $encoding }
error-encoding-unknown-hint = for example utf-8, windows-1252, windows-1256, iso-8859-6, windows-1251
error-batch-not-found = no import { $batch } on this machine
error-batch-not-found-hint = those of here: { $near }
error-batch-not-yours = import { $batch } is somebody else's
error-batch-not-yours-hint = whoever made it takes it back
error-batch-answered-twice = line { $row } gives another answer for the same case
error-batch-answered-twice-hint = keep one of the two lines
error-batch-no-day = there is no such day
error-batch-no-day-hint = write it day/month/year
error-calls-empty = there is nobody to go and see
error-calls-empty-hint = somebody is on this list whose answer is ready, who has not had it, and whom we may go and see; `boucle todo` shows the others
error-site-root = { $site } is the first site of the organisation: it stays open
error-site-root-hint = `boucle site list` shows the others
error-place-in-circle = { $code } has { $parent } in it: no place lies in itself
error-place-in-circle-hint = give one of the two another place: `boucle taxonomy set place CODE --parent PLACE`
error-level-rank-taken = { $code } has rank { $rank } already: each level has one of its own
error-level-rank-taken-hint = `boucle taxonomy show level` shows the ranks
error-batch-empty = no case is left for the list
error-batch-empty-hint = `--dry-run` says why each is left out
error-routing-no-header = { $file } has no line of titles: looked for { $looked_for }
error-routing-no-header-hint = name the columns in the first line: the site, and whom or which telephone
error-routing-twice = { $file } says two different things of { $site }
error-routing-twice-hint = look at row { $other } too, and keep one of the two
error-batch-no-header = { $file } has no line of titles: looked for { $looked_for }
error-batch-no-header-hint = send the list back as it went out, with its titles
error-batch-of-whom = { $file } does not say whose answers these are
error-batch-of-whom-hint = say it: `--to NAME`
error-incident-not-found = no open case of incident { $incident } is here
error-incident-not-found-hint = `boucle case list --incident { $incident }` shows its cases
error-no-route = nobody is said to get this case, and its category tells nobody
error-no-route-hint = name somebody, or say who gets such cases: `boucle routing set`
error-site-closed = { $site } is closed: nothing new goes there
error-site-closed-hint = `boucle site list` shows the others; it opens again by `boucle site set { $site } --open`
error-route-sealed = cases of { $category } are sealed: they go to their audience, whatever the site
error-route-sealed-hint = who that is: `boucle audience list`
error-import-format-unknown = unknown format: { $format }
error-import-format-unknown-hint = read today: kobo, whatsapp, sms
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
ui-warning = note: { $message }
ui-namesakes = In brackets, the digits of the id: several bear this name, or one that reads alike.
ui-nothing = nothing to show
ui-clock-against = That is { $evidence ->
    [own_entry] before your own last entry ({ $than })
    [last_write] before the last writing here ({ $than })
    [vouched] before a time that somebody here gave for right ({ $than })
    [program] before this program existed ({ $than })
   *[other] more than five years after this program was made
}. If it is right all the same, type it once more.
ui-not-understood = I did not understand this answer.
ui-yes = yes
ui-no = no
ui-withheld = [withheld]
ui-usage-heading = Usage:
ui-commands-heading = Commands
ui-global-heading = Common options
ui-eta = { $time } left
ui-ready = ready: { $addresses }
state-ok = well
state-warn = look
state-bad = BAD
ui-advice = to do: { $message }
ui-withheld-personal = Identity and words: withheld.
ui-withheld-sensitive = Sealed part: for its audience alone (every case has one).
ui-restricted-notice = case reserved to an audience
ui-conflict-by = by { $by }, { $at }
ui-sections-missing = { $n ->
    [one] One entry is known here by its header alone, in part or whole: what is missing comes from whoever has it.
   *[other] { $n } entries are known here by their headers alone, in part or whole: what is missing comes from whoever has it.
}
ui-held = { $n ->
    [one] One record is kept sealed on this machine: everybody who could read it is set aside. Call the head of the organisation
   *[other] { $n } records are kept sealed on this machine: everybody who could read them is set aside. Call the head of the organisation
    }
ui-sync-gaps = Parts of entries are missing: of { $here } here, of { $there } there.
ui-sync-gaps-of = Parts of entries are missing: of { $here } here, of { $there } there. Whoever wrote them has them: { $authors }.
ui-half-to = Sent to { $site } as { $ref }: { $status }.
ui-half-to-unseen = Sent on; what became of it has not arrived here.
ui-half-returned = { $why ->
    [need_info] They ask: { $text } Your next note on this case goes to them as the answer; or write there: `boucle case note { $ref }`
   *[other] They gave it back, it is not for them: { $text }
}
ui-half-from = Sent by { $site }, there { $ref }: { $status }.
ui-link-unseen = a case that is not open to you
ui-half-from-unseen = Sent by another site; their case is not open to you.
ui-half-open = Careful: there it is not sealed. Whoever reads the cases of { $site } reads it.
ui-half-moved-to = Moved to { $site }; it goes on there: { $status }.
ui-half-moved-to-unseen = Moved to another site; what follows has not arrived here yet.
ui-half-moved-from = Moved here from { $site }. The case as it was: `boucle case show { $ref }@{ $site }`.
ui-half-moved-from-unseen = Moved here from another site; the case as it was has not arrived yet.
ui-half-merged-into = Merged into { $ref } ({ $site }), which goes on: { $status }.
ui-on-event-failed = The command of `--on-event` fails. The node goes on without it; this is not said again.
ui-half-merged = { $ref } ({ $site }) was merged into this case. Its history: `boucle case history { $ref }`.
ui-half-duplicate-of = Said to be a duplicate of { $ref } ({ $site }): { $status }.
ui-half-has-duplicate = { $ref } ({ $site }) is said to be a duplicate of this case: { $status }.
ui-half-duplicate-unseen = One matter with a case that has not arrived here, or is not open to you.
ui-half-related = Related to { $ref } ({ $site }): { $status }.
ui-half-related-unseen = Related to a case that has not arrived here, or is not open to you.
ui-people = People concerned: { $n }. Of the cases merged into this one:
ui-person-to-tell = { $ref }: still to be told: { $who }. Once done: `boucle case answer { $ref }`
ui-person-told = { $ref }: told: { $who }
ui-person-no-contact = { $ref }: does not want to be contacted: { $who }
ui-person-unnamed = nobody named
ui-alike-older = Perhaps the same matter as { $ref } ({ $site }, { $day }, { $status }), which is older: { $why }.
ui-alike-newer = Perhaps the same matter as { $ref } ({ $site }, { $day }, { $status }), which is newer: { $why }.
ui-duplicates-more = Only the newest { $n }. Of one case: `boucle case duplicates REF`
ui-duplicates-hint = One matter: `boucle case merge { $ref } { $of }`, or for whoever does not decide: `boucle case link { $ref } { $of } --as duplicate`. Two: `boucle case link { $ref } { $of } --as related`, and they are not proposed again.
ui-history-merged = Of { $ref }, merged into this case:
ui-conflict-links = merged into { $ref }, and { $ref } into this one: both are open until one of them is taken out (`boucle case unmerge`)
ui-move-readers = Whoever could read it until now still reads what is written there: { $names }.
ui-move-readers-none = Nobody but you could read it until now.
ui-refer-choices = May go as well, where you name it with `--fields`: { $fields }.
ui-refer-kept-back = Kept here, { $answer ->
        [refused] the person refused
        [withdrawn] the person took back their consent to
       *[other] the person was not asked yet about
    } “{ $purpose }”: { $fields }.
ui-refer-needs-text = What was said stays here: say in your own words, without names, what they have to know, with `--text -`.
ui-outbox-empty = Nothing was captured here that others must read.
ui-outbox-left = { $n ->
    [0] still here only
    [one] with one other machine
   *[other] with { $n } other machines
}
ui-outbox-saved = saved { $at }
ui-outbox-assigned = Given to others, and not read by them yet:
ui-outbox-given = to { $who }, { $at }
ui-outbox-here = still here only
ui-outbox-gone = has left; on no machine of theirs yet
ui-outbox-stored = on a machine of theirs since { $at }; nobody has signed in
ui-outbox-more = { $n ->
    [one] and one more: boucle case list --not-delivered
   *[other] and { $n } more: boucle case list --not-delivered
}
ui-far-sent = sent { $at }, by { $who }
ui-far-here = given { $at }, by { $who }: still on this machine only
ui-far-stored = on a machine of { $who } since { $at }
ui-far-not-stored = on no machine of { $who } yet, as far as is known here
ui-far-delivered = with { $who }, signed in, since { $at }
ui-far-not-delivered = not with { $who } yet: signed in and able to read it
ui-far-accepted = accepted by { $who }, { $at }
ui-far-not-accepted = not accepted yet
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
ui-unmerge-hint = the one that is to go on: boucle case unmerge { $ref }
ui-question = { $question }:
ui-question-text = { $question }: (several lines; an empty line ends it)
ui-checking = checking…
ui-until-end = (Ctrl-D ends it)
ui-home-waiting = another command is working on { $home }: waiting for it to end…
ui-values = ({ $values })
progress-entries = entries
progress-rows = rows
progress-cases = cases
progress-bytes = bytes

## Remarks of an import
topic-sea = sexual exploitation, abuse or harassment
topic-child = violence against a child
topic-violence = violence
topic-threat = threats or retaliation
topic-self-harm = suicide or self-harm
topic-fraud = fraud or corruption
topic-conduct = conduct
topic-other = a word of your list
remark-sensitive-words = words that call for sealing: read the row, and seal the case if they are meant
remark-wrong-cell-count = { $found } cells instead of { $expected }: a quote or a separator is astray; nothing of the row was taken over
remark-cells-moved = the cells of the row have moved (a quote or a separator is astray): nothing of the row was taken over
remark-control-character = holds a control character ({ $character }, character number { $at }): take it out of the file
remark-cell-too-long = too long (at most { $max } bytes)
remark-missing = a value the case cannot do without is missing
remark-unmapped-value = value unknown to the codes and the mapping{ $value ->
    [none] {""}
   *[other] : { $value }
}; to be added under [values.{ $table }] of a --mapping file
remark-unlisted-value = not in the list{ $value ->
    [none] {""}
   *[other] : { $value }
} ({ $n } rows): kept as it is; to be added with `boucle taxonomy add`
remark-bad-time = { $used ->
    [none] date not understood: the row was not taken over. Understood are 2026-03-13, 2026-03-13T09:10:00+01:00, 13/03/2026 09:10 (if some date of the column decides between day and month)
   *[other] not a time; used instead: { $used }
}
remark-no-offset = time without an offset, taken as of the site's zone ({ $zone })
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
remark-repeat-differs = came before in this file with other content (row { $of }): not taken over; if it is another complaint, give it an id of its own
remark-not-approved = refused in the source system; imported all the same
remark-column-twice = two columns are one field, both are read; the other: { $other }
remark-columns-joined = filled besides { $other } in { $n } { $n ->
    [one] row
   *[other] rows
}: both texts are taken over, one after the other
remark-values-differ = says something else than { $other }, which is kept: this value was not taken over, have a look
remark-closed-unanswered = closed at the source, and no answer in the row: the case stays open
remark-closed-stays-open = closed at the source, but sealed here, not satisfied or dated in the future: the case stays open
import-grave = to be seen first: the row may tell of something grave, and nothing of it is kept here
remark-time-rewritten = a spreadsheet rewrote the date; read as { $used }
remark-changed-since = imported before, with other content; the case stays as it is here: have a look
remark-nul-removed = null bytes were taken out
remark-text-repaired = characters of another encoding than the rest: { $n }
remark-text-looks-wrong = accented letters look wrong in { $n } { $n ->
    [one] place
   *[other] places
}: export again as UTF-8, or words that call for sealing may go unseen
remark-odd-date = received on { $day }, before 2000 or in the future: check the date
remark-sealed-edited = edited in the source since, and sealed here: nothing is kept to compare it with; the audience should look
remark-sealed-not-compared = imported before, sealed or on another machine: { $n }. Whether the source changed them since cannot be told
remark-sealed-elsewhere = rows that became sealed cases: { $n }. Whether another machine has imported them as well cannot be told here
remark-blank-row = blank row
remark-header-again = header repeated

## Health check (doctor): what was found, then (-advice) what to do
doctor-clock-ok = the clock says { $now }
doctor-clock-behind-program = the clock says { $now }, before this program existed ({ $than })
doctor-clock-behind-program-advice = say what time it is: `boucle clock set`
doctor-clock-behind-files-advice = say what time it is: `boucle clock set`
doctor-clock-behind-entry = the clock says { $now }, before the newest entry written here ({ $than })
doctor-clock-behind-entry-advice = say what time it is: `boucle clock set`
doctor-clock-unsure = the clock says { $now }, or { $than } with the difference that is kept: since the machine was started anew nobody knows which is right
doctor-clock-unsure-advice = say what time it is: `boucle clock set`
doctor-clock-corrected = the machine says { $machine }; with the difference that somebody gave it is { $now }
doctor-clock-corrected-advice = nothing is dated wrongly. Have the machine's clock set when somebody can
doctor-clock-entries-off = { $n ->
    [one] an entry
   *[other] { $n } entries
} of the machine of { $who } ({ $site }) dated { $at }: its clock was wrong
doctor-clock-entries-off-advice = have that machine's clock set, correct the cases where it matters; once seen to: `boucle clock accept`
doctor-clock-behind-files = the clock says { $now }, before the last writing here ({ $than })
doctor-clock-ahead = the clock says { $now }: far in the future, or this program is very old
doctor-clock-ahead-advice = compare with a telephone; set the clock, or update boucle
doctor-clock-alone = nothing sets the clock by the network
doctor-clock-alone-advice = switch on automatic time, or compare with a telephone every week
doctor-home-ok = the node's folder: { $home }
doctor-home-missing = no node in { $home }
doctor-home-missing-advice = `boucle init` founds an organisation, `boucle join` joins one; --home names another folder
doctor-home-open-to-others = other users of this machine can read { $file }
doctor-home-open-to-others-advice = chmod 600 that file (its content is sealed, but it should not be copied)
doctor-home-of-another = { $file } belongs to another user
doctor-home-of-another-advice = run boucle as that user, or give the folder back (chown)
doctor-disk-ok = free space: { $free_mb } MB; data: { $store_mb } MB
doctor-disk-low = { $free_mb } MB left for { $store_mb } MB of data
doctor-disk-low-advice = free some space this week
doctor-disk-full = the disk is full ({ $free_mb } MB free)
doctor-disk-full-advice = free some space: without it nothing is saved
doctor-disk-without-permissions = the folder is on a { $kind } disk: every user of the machine can read it
doctor-disk-without-permissions-advice = keep the folder on the internal disk; a stick only carries transfers
doctor-disk-remote = the folder is on a network disk ({ $kind })
doctor-disk-remote-advice = keep it on a disk of this machine: a cut could damage it
doctor-disk-in-memory = the folder is in memory ({ $kind }): it is gone when the machine stops
doctor-disk-in-memory-advice = choose another folder with --home
doctor-disk-encrypted = the disk is encrypted
doctor-disk-plain = the disk does not seem to be encrypted
doctor-disk-plain-advice = boucle seals its data, not that of other programs: encrypt the disk (LUKS, BitLocker, FileVault)
doctor-disk-unknown = cannot tell whether the disk is encrypted
doctor-disk-unknown-advice = ask whoever prepared the machine
doctor-network-ok = address on the network: { $address }
doctor-network-none = no network
doctor-network-none-advice = work goes on; to exchange: Wi-Fi, a cable, or another node's address
doctor-network-listening = listening on { $addresses }
doctor-network-not-running = the node is not running: others cannot reach it
doctor-network-not-running-advice = start `boucle run` to be reachable
doctor-network-no-port = no port can be opened
doctor-network-no-port-advice = security software forbids it: ask whoever manages the machine
doctor-network-firewall = a firewall is on ({ $name })
doctor-network-firewall-advice = allow TCP 4410 to be called, UDP 5353 to be found
doctor-discovery-ok = discovery on the local network is possible
doctor-discovery-impossible = discovery on the local network does not work
doctor-discovery-impossible-advice = give another node's address: `boucle sync ADDRESS`
doctor-discovery-heard = heard on the local network: { $n } — { $who }
doctor-discovery-alone = nobody is heard on the local network
doctor-discovery-alone-advice = check that the other machine is on the same Wi-Fi and runs; else give its address (`boucle sync ADDRESS`), or carry by stick (`boucle carry`)
doctor-discovery-off = not looking on the local network (--no-mdns)
doctor-discovery-failed = looking on the local network fails ({ $why })
doctor-discovery-failed-advice = give another node's address: `boucle sync ADDRESS`, or carry by stick: `boucle carry`
doctor-keys-ok = keys: { $slots ->
    [one] one slot
   *[other] { $slots } slots
}, a try of the passphrase costs { $mib } MiB and { $passes } passes
doctor-keys-cheap = a passphrase is cheap to guess here ({ $mib } MiB, { $passes } passes a try)
doctor-keys-cheap-advice = this folder comes from tests: put nothing real in it
doctor-keys-incarnation = incarnation { $incarnation }…, counter { $counter }
doctor-keys-damaged = the key file is damaged
doctor-keys-damaged-advice = leave it alone; put back a copy of keys.boucle if you have one, else ask for a new invitation
doctor-keys-too-new = the key file comes from a newer version
doctor-keys-too-new-advice = update boucle
doctor-keys-unreadable = the key file cannot be read
doctor-keys-unreadable-advice = check the folder's permissions and the state of the disk
doctor-keys-dumpable = the program's memory can be read, or written to the disk by a crash
doctor-keys-dumpable-advice = forbid memory dumps (`ulimit -c 0`), and encrypt the disk
doctor-keys-not-dumpable = the program's memory is not written to the disk
doctor-keys-in-swap = keys may reach the swap on the disk
doctor-keys-in-swap-advice = encrypt the swap or switch it off, or raise the limit of locked memory (`ulimit -l`)
doctor-store-ok = data open: { $entries } entries, { $store_mb } MB
doctor-store-locked = data locked ({ $store_mb } MB): content, members and peers not looked at
doctor-store-locked-advice = give the passphrase for a full check
doctor-store-missing = the data file is missing
doctor-store-missing-advice = write nothing into this folder; put back a copy, or ask for a new invitation: peers give the site's cases back
doctor-store-in-use = another command is at work on this folder
doctor-store-in-use-advice = try again in a moment
doctor-store-unfinished = the folder was cut off while it was made
doctor-store-unfinished-advice = run `boucle init` or `boucle join` again
doctor-store-failed = the data does not open ({ $reason })
doctor-store-failed-advice = leave it alone; copy the whole folder, then ask for help: peers hold what was sent to them
doctor-store-waiting = { $n } entries wait for what comes before them
doctor-store-waiting-advice = sync with whoever sent them
doctor-store-refused = { $n } entries refused, kept aside
doctor-store-refused-advice = `boucle verify` names them
doctor-store-verified = all checked again: { $entries } entries
doctor-store-space = in the file: { $stored_mb } MB of data, { $free_mb } MB free or in pieces, used again before it grows
doctor-store-problems = problems found by the check: { $n }
doctor-store-problems-advice = `boucle verify` names them; pass the result to the technical team
doctor-cases-to-nobody = cases assigned to a role that nobody holds, or to somebody who is not there: { $n }; { $who }
doctor-cases-to-nobody-advice = `boucle case list --not-delivered` shows them; `boucle case assign REF WHO` gives them to somebody
doctor-zones-unknown = sites whose time zone this version does not know: { $sites }
doctor-zones-unknown-advice = their days are counted here as those of the site above: install the newest version, or `boucle site set CODE --zone TZ`
doctor-peers-ok = peers known: { $n }; last met { $days } days ago
doctor-peers-never = no peer met yet
doctor-peers-never-advice = what is here exists only here: `boucle sync`, or another node's address
doctor-peers-long-ago = peers known: { $n }; none met for { $days } days
doctor-peers-long-ago-advice = what is new exists only here: go and meet them
doctor-peers-unequal = parted before the exchange was done: { $n }
doctor-peers-unequal-advice = run `boucle sync` again: it resumes where it stopped
doctor-members-ok = members confirmed: { $n }
doctor-members-unconfirmed = newcomers to confirm: { $n }
doctor-members-unconfirmed-advice = call them, then `boucle member confirm NAME`; `boucle member list` shows them
doctor-members-invited-without-right = the invitation this machine joined by does not count: { $by } has no right to invite at its site
doctor-members-invited-without-right-advice = ask a manager of the site for a new invitation and `boucle join` again; `boucle status` lists what must be taken down again
doctor-members-suspended = members suspended: { $n }
doctor-members-suspended-advice = two people used one invitation: confirm the right one by the six words
doctor-members-altered = members whose invitation was altered on its way: { $n }
doctor-members-altered-advice = `boucle member list` names them: do not confirm them, give them a new invitation by a safer way
doctor-invitation-reused = invitations that somebody tried to use once more: { $n }
doctor-invitation-reused-advice = `boucle status` names whose: a copy is in other hands. It opened nothing; ask them where the paper or file lies, and destroy it
doctor-members-invited-falsely = the invitation this machine joined by was altered on its way
doctor-members-invited-falsely-advice = `boucle status` names what must be taken again; ask for a new invitation by a safer way, and tell the inviter
doctor-audiences-ok = every audience has two people or more
doctor-audiences-few = fewer than two people can open: { $audiences }
doctor-audiences-few-advice = invite and confirm somebody in that role: one absence would make these cases unreadable
support-read-me = Nothing of a case, a person, a site or a key is in here. Read it before you send it.

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
ask-zone = Zone in which it counts days, as in Africa/Bangui
ask-zone-founding = Days and weeks are counted in the zone { $codes }, that of this machine. Enter: right; or another, as in Africa/Bangui
ask-site-name = Name of the site
ask-add-listed = “{ $value }” is not in the list (possible: { $near }). Add it? (y/N)
ask-row-code = Code
ask-row-label = Name
ask-notify-body = Body told (code or name)
ask-notify-by = How? (1 email, 2 telephone, 3 letter, 4 WhatsApp, 5 meeting)
ask-notify-text = What was said (may be left out)
ask-kind = Kind (office, committee, region, national, partner)
ask-role = Role (code)
ask-invitation = Invitation (or path of the file)
ask-passphrase = Passphrase
ask-passphrase-of = Passphrase of { $member }
ask-passphrase-new = New passphrase (at least 5 words)
ask-passphrase-again = The same, once more
ask-type = Type (code)
ask-channel = Channel (code)
ask-category = Category (code, blank: later)
ask-text = What the person says (blank: nothing)
ask-reporter-name = Name of the person (blank: not said)
ask-phone = Phone (blank: not said)
ask-safe-contact = When and how to reach safely (blank: not said)
ask-location = Where, in words (blank: not said)
ask-allegation = What is alleged, in the person's words (blank: nothing more)
ask-external-id = Number elsewhere, SYSTEM:ID (blank: none)
ask-harm = Did anybody ask for money or a favour, threaten, hit or touch someone? (y / n / don't know)
ask-leave-open = Unsealed, everybody who works on the site will read this case. Leave it open? (y/N)
ask-accused-who = From what was said, is the complaint about someone who works here? For you: do not ask the person (name or role / no / don't know)
ask-accused-name = Their name or role here (or: no / don't know)
ask-accused-else = And somebody else? (name or role; Enter: nobody else)
ask-accused-near = { $name } works here and will not see this case. Right? (Y/n: it is somebody else)
ask-accused-several = These people here have a name near “{ $said }”. Which of them must not see this case? (numbers; Enter: all; 0: none, it is somebody else)
ask-accused-unmet = This machine has not met the others yet: it cannot tell whether “{ $name }” works here. Noted, sealed. Their role here? (role / no / don't know)
ask-text-names = What is written names { $name }, who works here. Set them aside from this case? (Y/n)
ask-text-names-several = What is written names these people, who work here. Which of them must not see this case? (numbers; Enter: all; 0: none)
accused-stranger = Nobody here has a name near “{ $name }”. Noted, sealed, as who is complained about.
accused-role = Whoever has the role { $role } will not see this case.
ask-stick = Several USB sticks: which one? (number) { $choices }
ask-note = Note
ask-question = Question
ask-on-behalf = On behalf of whom, without the system (blank: nobody)
ask-who = To whom (member, role, or me)
ask-refer-to = To which site or partner (code or name; of a sealed case, a member or a role)
ask-refer-text = What they are told, without names
ask-who-shared = Who is to read it, too (member or role)
ask-speaks = Languages they speak, with commas between them
ask-who-acts = Who is at work here? { $members }
ask-category-triage = Category (code, blank: as it is)
ask-what = What was done or is to be done
ask-reason = Reason
ask-outside = Who outside the system
ask-outside-by = By what? (1 e-mail, 2 telephone, 3 WhatsApp, 4 paper)
ask-return-reason = Why does it come back? (1 wrong person, 2 something is missing)
ask-link-as = How are they linked? (1 one matter, told twice; 2 two matters that have to do with each other)
ask-return-why = Say it in a few words
ask-handover-to = Who inquires
ask-receipt = Receipt (number, date, who signed)
ask-interim-until = Day by which the person will have an answer (for example 2026-12-15)
ask-closure = Closing reason (number or word)
ask-hold = Waiting for what (number or word)
ask-attempt = How the try ended (number or word)
ask-broadcast-by = By what (number or word)
ask-settle-field = Which field (`boucle case conflicts` shows them)
ask-settle-pick = Which value (its number)
ask-lower-to = Level to lower to (s0, s1 open a sealed case; s2)
ask-move-sure = Those who work at { $site } will read all of it. Move it? (y/n)
ask-lower-sure = Everybody who works on the site will read this case; what they read stays read. Open it? (y/n)
ask-seal-grave = This text ({ $fields }) may be about sexual abuse or a child. Seal it: only the audience { $audience } will read it? (Y/n)
ask-seal-words = This text ({ $fields }) may be about this: { $topic }. 1: seal it, only the audience { $audience } reads it; 2: show it to the manager alone; 3: it is only the context, keep it open (1 / 2 / 3)
ask-seal-category = This category calls for sealing (sensitivity { $level }): only those who handle such cases will read it. Seal it? (Y/n)
ask-fields = Fields, separated by commas
ask-clock = This machine's clock says { $now }, { $evidence ->
    [own_entry] before the newest entry written here ({ $than })
    [last_write] before the last writing here ({ $than })
    [vouched] before a time that somebody here gave for right ({ $than })
    [program] before this program existed ({ $than })
    [restart] and { $than } with the difference that is kept: since the machine was started anew nobody knows which is right
    [ahead] more than five years after this program was made
   *[other] which cannot be
}.
    What are the date and the time now? Like 2026-11-29 22:10, or "ok" if this machine is right
ask-clock-ahead = This machine's clock says { $now }, more than five years after this program was made. Is that the date (yes / no)
ask-clock-time = Date and time now, like 2026-11-29 22:10
ask-words = Words, separated by commas
ask-batch-to = Whom does the list go to?
ask-batch-purpose = What is it for?
ask-batch-outcome = « { $answer } » ({ $n }): which outcome? { $codes } – or - to note it only
ask-batch-row = Row { $row } has no reference that leads to a case. By telephone or household it may be { $ref }. Is it? [y/N]
ask-answer = Answer given to the person
ask-outcome-text = Outcome, and what to tell the person
ask-value = Value of { $field }

## After an act
done-init = Organisation founded. Site { $site }, member { $member }.
done-site-add = Site { $site } added.
done-site-closed = Site { $site } ({ $name }) is closed: nothing new goes there.
done-site-set = Site { $site }: { $name }; days and weeks in the zone { $zone }.
done-routing-import = { $file }: { $changed } rows changed something, { $unchanged } were said already. `boucle routing show` shows it all.
done-routing-set = { $site }: noted. `boucle routing show` shows it all.
done-site-hours = Delays run in working hours: { $hours }
done-init-zone = Days and weeks are counted in the zone { $zone }
done-init-zone-other = Another zone: boucle site set { $site } --zone TZ
done-invite = Invitation, valid until { $expires }:
done-invite-file = Written to { $file }
done-init-roots = Write this root key on paper and keep it apart from this machine; it is shown once and stored nowhere:
done-join-words = Read these six words to whoever invited you: { $words }
done-join = { $member } joined site { $site } ({ $role }).
done-member-confirm = { $member } is confirmed.
done-member-away = { $member } is away until { $until } included. { $deputy } reads and accepts what is given to them until then.
done-member-away-alone = { $member } is away until { $until } included. Nobody stands in: `--deputy` names somebody.
done-member-back = { $member } is not noted as away any more.
done-member-set = { $member } speaks: { $speaks }.
done-member-set-none = { $member }: no language noted any more.
done-member-words = To be read by voice with { $member }:
done-case-new = Case { $ref } recorded.
done-case-new-provisional = Case recorded under the provisional mark { $ref }.
done-case-held = Recorded under the reference { $ref }. Everybody who could read this case is set aside. It is kept sealed on this machine and shown to nobody.
done-case-held-call = Call the coordination: { $call }.
done-case-held-direction = Call the head of the organisation: somebody else has to be named to read it.
done-case-set = { $ref }: changed.
done-case-note = { $ref }: note added.
done-case-ask = { $ref }: { $to } is asked. It stands in their list, and the answer will come back to yours.
done-case-withdraw = { $ref }: taken back. Nobody will read it.
done-case-withdraw-case = { $ref }: the case is taken back. Its reference will not be given again.
done-case-settle = { $ref }: conflict settled.
done-case-triage = { $ref }: triaged.
done-case-assign = { $ref }: assigned.
done-case-refer = { $ref }: sent to { $to }. This went:
done-case-refer-choose = { $ref }: nothing was sent yet. This goes to { $to } in any case:
done-case-move = { $ref }: moved from { $from } to { $site }, under the same reference. Somebody at { $site } has to take it up now.
done-case-move-look = { $ref }: nothing was moved yet.
done-case-link = { $ref }: said to be a duplicate of { $with }.
done-case-link-related = { $ref }: related to { $with }. The two are not proposed as duplicates any more.
done-case-merge = { $ref }: merged into { $into }, which goes on.
done-case-merge-person = Both histories are kept: `boucle case history { $into }`. Whoever reported { $ref } is still to be told.
done-case-unmerge = { $ref }: open again, taken out of { $out_of }.
done-case-share = { $ref }: shared with { $with }.
done-case-share-stop = { $ref }: no longer shared with { $with }. What is written from now on stays shut to them; what was read was read.
done-case-accept = { $ref }: accepted.
done-case-return = { $ref }: given back.
done-case-confirm = { $ref }: confirmed by telephone.
done-case-remind = { $ref }: reminder noted.
done-many = { $cases } cases: { $done } done, { $unchanged } as they were, { $refused } refused.
done-many-trial = Trial: nothing was written. Of { $cases } cases { $done } would change, { $unchanged } would stay as they are, { $refused } would be refused.
done-many-sealed = { $n ->
    [one] 1 sealed case is left out: that takes its audience.
   *[other] { $n } sealed cases are left out: that takes their audience.
}
done-many-more = { $n } more cases are left: the same command again goes on with them.
done-batch-out = List { $batch }: { $n } { $n ->
    [one] case
   *[other] cases
} for { $to }, to be back by { $due }. Written to { $file }; each case says that it was sent.
done-batch-out-trial = Trial: nothing was written. The list for { $to } would have { $n } { $n ->
    [one] case
   *[other] cases
}, to be back by { $due }.
done-batch-fields = Fields that go along: { $fields }
done-batch-calls = { $n } to go to. Written to { $file }.
done-batch-left-out = left out: { $n } ({ $why })
done-batch-kept-back = { $n } without who the person is: they did not allow that it is told outside.
done-batch-not-noted = These are in the file, but the case could not be marked as sent:
done-batch-in = Answers of { $to }: rows { $rows }. Noted { $done }, cases resolved { $resolved }, known already { $unchanged }, without an answer { $open }, refused { $refused }, that find no case { $unmatched }.
done-batch-in-trial = Trial: nothing was written. Answers of { $to }: rows { $rows }. Noted { $done }, cases resolved { $resolved }, known already { $unchanged }, without an answer { $open }, refused { $refused }, that find no case { $unmatched }.
done-batch-unknown = « { $answer } » ({ $n }): what does it mean? `--answer "{ $answer }=CODE"`, or `-` as the code to note it only
done-batch-unmatched = row { $row }: { $why }
done-batch-unmatched-near = row { $row }: { $why }. It may be { $proposed }: `--take { $row }=REF`
ui-remind-to = To { $to }, to copy:
ui-remind-case = { $ref }: { $days } days old, due { $due }
ui-remind-more = and { $n } more
done-case-handover = { $ref }: handed over, and closed.
done-case-refer-outside = { $ref }: sent outside the system. Nobody will confirm it here: when they do by telephone, `boucle case confirm { $ref } --by-phone`
done-case-refer-handout = To copy or print:
handout-outside = { $what ->
    [none] Case { $ref }
   *[other] Case { $ref }: { $what }
}. We ask you to look into it and to tell us what was done. Please give the reference { $ref }.{ $phone ->
    [none] {""}
   *[other] {" "}Telephone: { $phone }
}
done-case-answer-interim = { $ref }: the person was told what is being done.
done-case-act = { $ref }: action recorded.
done-case-hold = { $ref }: on hold.
done-case-unhold = { $ref }: no longer on hold.
done-case-resolve = { $ref }: outcome recorded.
done-case-answer = { $ref }: answer recorded.
done-case-incident-add = { $ref }: noted.
done-case-incident-close = The open cases of the incident are resolved.
done-case-attempt = { $ref }: attempt recorded.
done-case-consent = { $ref }: consent recorded.
done-case-close = { $ref }: closed.
done-case-erase = Proposed: a second device must approve (`boucle case erase --approve`).
done-case-erased = Erased here, and on every node that hears of it. What was read or copied cannot be unread.
done-case-reopen = { $ref }: reopened.
done-case-seal = { $ref }: sealed, for the audience { $audience } alone. Who could read it before is listed inside; what was read cannot be unread.
done-case-raise = { $ref }: sensitivity raised.
done-case-lower = { $ref }: sensitivity lowered.
done-sealed-to = The case is sealed now, for the audience { $audience } alone. What was read cannot be unread.
done-opened = The case is open now: whoever works on ordinary cases here reads it.
done-words-add = List { $lang }: { $added } added.
done-words-remove = List { $lang }: { $removed } taken out.
done-taxonomy-add = { $code } ({ $label }) is added to the list.
done-taxonomy-set = { $code } ({ $label }) is changed.
done-taxonomy-closed = { $code } ({ $label }) is not offered any more. Cases that have it keep it.
done-taxonomy-import = { $file }: { $added } added, { $changed } changed, { $unchanged } already there.
done-taxonomy-export = { $rows } rows written to { $file }.
ui-row-closed = closed
done-case-notify = Noted: the body was told.
done-case-appeal = Case { $ref } goes to the next level.
done-case-appeal-refused = Noted: the person does not wish the next level.
ui-level = { $level }: answer by { $due }
ui-appeal = { $said_at } { $by }: { $label }
ui-appeal-refused = { $said_at } { $by }: { $label } offered, the person does not wish it
ui-notice-to = { $body }{ $reach ->
    [none] {""}
   *[other] { " " }({ $reach })
}
ui-notice-fields = To tell: { $fields }
ui-notice-kept-back = Kept back, for want of consent to say who the person is: { $fields }
ui-notice = { $told_at } { $by }: { $label } ({ $means }). { $fields } { $text }
ui-clock-notice = Tell { $body }: { $due }
done-status-now = Status: { $status }
done-verify = All is consistent. Entries: { $entries }, cases: { $cases }.
done-verify-problems = Differences:
done-digest = Cases: { $cases }, digest { $digest }
done-doctor-ok = Nothing serious. To look at: { $warn }
done-doctor-bad = To put right: { $bad }; to look at: { $warn }
done-support-file = Written to { $file }: nothing of a case is in it; read it before you send it.
done-man = Manual pages written: { $n }, in { $folder }
done-import = Rows: { $rows }. Cases created: { $created }, updated: { $updated }, unchanged: { $unchanged }, skipped: { $skipped }, rejected: { $rejected }
done-import-sealed = of which sealed to an audience: { $sealed }
done-import-held = of which kept sealed on this machine, everybody who could read them being set aside: { $held }. Call the head of the organisation
done-import-set-aside = row { $row }: who is complained about bears the name of { $members }, who is set aside from this case
done-import-more = … and { $n } lighter ones: --json lists up to 2,000; --rejects writes every refused row, and no warning
done-import-warning-row = row { $row }: { $message }
done-import-warning-file = the whole file: { $message }
done-import-rejected-row = row { $row } rejected: { $message }
done-import-warning-column = column { $field }: { $message }
done-import-rejected = row { $row } rejected, { $field }: { $message }
done-import-warning = row { $row }, { $field }: { $message }
done-import-duplicates = duplicates proposed: { $n }
done-import-duplicate = rows { $first } and { $second }: { $refs }
done-import-duplicate-before = row { $second } and a case that was here: { $refs }
done-import-ignored = columns not taken over, with the rows that hold something: { $columns }
done-import-batch = Import { $batch }. A wrong file? While nothing of it has left this machine: boucle import --undo { $batch }
done-import-grave = Rejected rows that may tell of something grave, and of which nothing is kept here ({ $n }). To be seen first:
done-import-undo = Import { $batch }: { $withdrawn } { $withdrawn ->
    [one] case taken back
   *[other] cases taken back
}, { $kept } kept
done-import-undo-again = The same file, put right, can be imported again.
done-import-undo-left = left this machine already, kept: { $refs }
done-import-undo-edited = worked on since, kept: { $refs }
done-batches-none = No import on this machine.
done-batches = Imports of this machine:
done-batches-row = { $batch } ({ $at }): { $n } { $n ->
    [one] case
   *[other] cases
}
import-closed-because = closed at the source; satisfaction is not recorded there
done-import-to-seal = Words that call for sealing stand in cases that are not sealed. Read them, and seal those that mean it:
done-import-to-seal-row = row { $row }, { $fields }: { $topic }
done-import-to-seal-more = … and { $n } more than a reply holds: import the file in parts
done-sync-equal = { $peer }: equal ({ $sent } sent, { $received } received, { $ms } ms)
done-sync-unequal = { $peer }: unfinished ({ $sent } sent, { $received } received)
done-sync-none = no peer in reach
done-bundle-export = { $entries ->
    [0] nothing is lacking there: the bundle holds no entry
    [one] one entry in { $file }
   *[other] { $entries } entries in { $file }
} ({ $size })
done-bundle-files = { $entries } entries in { $n } files, to be imported in any order; the first: { $file } ({ $size } in all)
done-bundle-released = { $n ->
    [one] one entry of yours that waited is released: it can no longer be withdrawn
   *[other] { $n } entries of yours that waited are released: they can no longer be withdrawn
}
done-bundle-import = { $entries } entries read, { $new } new
done-bundle-missing = { $chains ->
    [one] one chain lacks { $n ->
        [one] one entry
       *[other] { $n } entries
    }: ask { $from } for a bundle made with --all, or sync
   *[other] { $chains } chains lack { $n } entries: ask { $from } for a bundle made with --all, or sync
}
done-bundle-part = this was part { $index } of { $of }
done-bundle-refused = { $n ->
    [one] one entry was refused: `boucle verify` names it
   *[other] { $n } entries were refused: `boucle verify` names them
}
done-bundle-left = { $n } entries were left: the device that made the bundle is suspended
done-carry = { $take } to take, { $back } back
done-carry-missing = { $n ->
    [one] one entry of others is still missing: the next journey brings it
   *[other] { $n } entries of others are still missing: the next journey brings them
}
done-carry-problem = { $file }: { $code }
done-lock = Locked.
done-unlock = Unlocked.
done-passphrase-change = { $member }: passphrase changed.
done-passphrase-old-copies = An old copy of keys.boucle still opens with the old passphrase, to the same keys. If somebody may have both, tell the coordination and begin here anew with a new invitation: what these keys open today they will always open.
done-wipe = The keys and the store of this home are gone.
done-wipe-promise = Not promised: on a flash disk a laboratory may find the old key file, still behind its passphrases. Other nodes keep what they have. A key file on a stick, backups and paper must be destroyed by hand.
done-wipe-left = could not be removed: { $files }
done-wipe-silent = a running node does not answer and may still hold keys in memory: end its process, or switch the machine off
done-clock-now = It is { $believed }.
done-clock-set = It is { $believed }. What is written from now on is dated so.
done-clock-kept = This machine's clock says { $now }; the difference is kept and added until the clock is set right.
done-clock-accept = Seen to: it is not told again.
done-clock-accepted = (seen to)
done-clock-certain = What is certain
done-late-waiting = additions of yours that came after a case was sealed, and that its audience does not have: { $n }; tell them yourself
done-erasures-waiting = erasures that wait for a second signature, which this device may give: { $n }

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
standing-unconfirmed = to confirm
standing-confirmed = confirmed
standing-suspended = SUSPENDED
standing-void = void
standing-uninvited = DOES NOT COUNT
answer-answered = answered
answer-peer-unreachable = cannot be reached
answer-peer-silent = no answer
answer-peer-stopped = answered, then stopped
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
advice-carry = carry it on a USB stick: `boucle carry` on both machines

## Warnings that come with an act
warning-single-root = one root key only: whoever loses it cannot change the founders; `--roots 2-of-3` shares it out
warning-sensitive-words = sensitive words: if they are meant, `boucle case seal`
warning-clock-wrong = this machine's clock is not believed. It says { $now }, { $evidence ->
    [own_entry] before the newest entry written here ({ $than })
    [last_write] before the last writing here ({ $than })
    [vouched] before a time that somebody here gave for right ({ $than })
    [program] before this program existed ({ $than })
    [restart] and { $than } with the difference that is kept: since the machine was started anew nobody knows which is right
    [ahead] more than five years after this program was made
   *[other] which cannot be
}. Before anything is written, say what time it is: `boucle clock set`
warning-clock-ahead = this machine's clock is more than five years ahead of this program: compare with a telephone. If it is wrong, `boucle clock set` and correct the case's dates; if it is right, `boucle clock set --machine`
warning-clock-mended = this machine's clock is right again: the difference that was kept is not added any more
warning-entry-ahead = An entry of the machine of { $member } ({ $site }) is dated { $at } (case { $ref }): its clock was wrong. Tell { $member }; correct the case's dates if they are wrong. Once seen to: `boucle clock accept "{ $member }"`
warning-entry-behind = An entry of the machine of { $member } ({ $site }) is dated { $at } (case { $ref }): its clock was wrong. Tell { $member }; correct the case's dates if they are wrong. Once seen to: `boucle clock accept "{ $member }"`
warning-entry-ahead-here = An entry of this machine is dated { $at } (case { $ref }): its clock was wrong then. Correct the case's dates if they are wrong. Once seen to: `boucle clock accept`
warning-entry-behind-here = An entry of this machine is dated { $at } (case { $ref }): its clock was wrong then. Correct the case's dates if they are wrong. Once seen to: `boucle clock accept`
warning-set-aside-by-name = set aside from this case, because who is complained about bears this name: { $members }. If it is somebody else, say so by --not-them
warning-odd-date = a date before 2000 or in the future: check it with `boucle case show`, and correct it with `case set`
warning-identity-dropped = the person refused to be recorded, or stays unknown: name, contacts and numbers were NOT kept. If that is a slip, `boucle case set` adds them
warning-identity-kept = name or contacts are still there from before: `boucle case set REF reporter_name= phone=` takes them out of view
warning-readers-left-out = more people read this audience than a case from which somebody is recused can be given to (8): some of them cannot open it. Tell the audience by telephone that the case is there
warning-closing-proposed = the person is satisfied: the case can be closed
warning-told-as-came = The person does not want to be contacted. It is noted that they came or called, and were told then
warning-link-on-sealed-side = One of the two is sealed: it alone names the other. Whoever reads both sees the link
warning-merged-unread = Not everybody who reads the cases of { $unread } reads { $ref }: share it with whoever goes on (`boucle case share { $ref } --with …`), or its person is told by you
warning-settled-on-the-spot = Settled on the spot: it is noted that you took this case and answered it
warning-interim-overdue = The promised day is after the time allowed for an answer: the whole time is still counted
warning-namesake = somebody else bears this name, or one that reads alike: compare the six words, and name each by the digits of their id (`boucle member list`)
warning-suspended = this machine's invitation was used twice: what is written is kept here and reaches nobody until the inviter confirms who is right
warning-suspended-here = { $member } is suspended: somebody else joined by the same invitation. What you write is kept here and reaches nobody until { $by } picks: call { $by }, read the six words (`boucle member list`), then there `boucle member confirm { $id }`
warning-suspended-elsewhere = { $member } ({ $id }) is suspended: two joined by one invitation. Call the right person and compare the six words: `boucle member confirm { $id }`
warning-void-here = { $member } counts no more: { $by } confirmed somebody else on the same invitation. What was written stays on this machine. If that is wrong, ask { $by } for a new invitation
warning-invitation-void-here = The invitation { $member } joined by DOES NOT COUNT: { $by } has no right to invite at this site. What was written here reaches nobody. Ask a manager of the site for a new invitation and `boucle join` again. { $n ->
    [0] Nothing needs to be taken again.
   *[other] To be taken down again: { $retake }
}
warning-altered-here = The invitation { $member } joined by was ALTERED on its way: somebody may read what was sealed to the keys it named. They are used no more. Tell { $by }, ask for a new invitation by a safer way. { $n ->
    [0] Nothing needs to be taken again.
   *[other] To be taken again, since nobody here can open it: { $retake }
}
warning-invitation-reused = On { $at } somebody tried to join by the invitation of { $member } ({ $id }): a copy of it is in other hands. Nothing was given. Ask { $member } where the paper or file lies, and destroy it
warning-altered-elsewhere = The invitation of { $member } ({ $id }) was ALTERED on its way: do not confirm. Give { $member } a new one by a safer way
warning-core-dumps = core dumps cannot be switched off: a crash may write keys to the disk
warning-readable = other programs of this user can read this one's memory
warning-keys-in-swap = the system's limit of locked memory is too low: keys may reach the swap; encrypt it or switch it off
warning-nobody-in-role = nobody holds the role { $who }: the case reaches nobody. { $n ->
    [0] Talk to the coordination
   *[other] These could have it: { $near } (`boucle case assign`)
}
warning-nobody-confirmed-in-role = role { $who }: nobody who holds it is confirmed. Until then the case counts as not delivered. { $n ->
    [0] Talk to the coordination
   *[other] To confirm, or to choose instead: { $near }
}
warning-role-elsewhere = the role { $who } is held only in another branch of the network: { $near }. Make sure that the case is for them
warning-sender-reads = The site { $site }, which sent this case on, can read it now. To end that: `boucle case share { $ref } --with { $site } --stop`
warning-route-to-nobody = Nobody confirmed holds the role { $route } at { $there } or above: cases are not proposed to it until somebody does. Invite somebody: `boucle invite`, or choose another role
warning-read-from-above = Nobody at { $there } reads its cases: only sites above read them. Tell them, or invite and confirm somebody at { $there } who reads
warning-went-there-too = This also went to { $half_site }, as the answer to its question: { $half }
warning-assignee-away = { $who } is away and nobody stands in: choose somebody else, or name a deputy with `boucle member away`
warning-assignee-away-deputy = { $who } is away: whoever stands in gets the case, too
warning-assignee-shut-out = { $who } does not count in the network any more, or is suspended: the case reaches nobody. Choose somebody else: `boucle case assign`
warning-assignee-unconfirmed = { $who } is not confirmed yet: the case counts as not delivered until they are, or until they accept it
warning-assignee-cannot-read = { $who } cannot read what the person says: only codes and dates reach them. Ask somebody who reads all cases of the site to assign it, or tell them by voice
warning-contact-after-closing = new contact after closing: check

## Fields
field-external-ids = Numbers elsewhere
field-household-id = Household
field-card-no = Card
field-wallet-last4 = Wallet, last digits
field-sim-last4 = SIM, last digits
field-age = Age in years
field-disability-answers = Disability answers
field-consent = Consent
field-reasons = Reasons
field-satisfactions = What they said
field-done-at = Done
field-told-at = Told on
field-said-at = Said on
field-started-at = Began
field-ended-at = Ended
field-first-contact = First contact
field-for = For
field-from = From
field-by-whom = By whom
field-recall-word = Recall word
field-alt-contact = Other contact
field-population-group = Population
field-relation-to-affected = Relation to the person
field-other-categories = Other categories
field-admin1 = First level
field-admin2 = Second level
field-admin3 = Third level
field-tags = Tags
field-incident-place = Where it happened
field-batch = List
field-to = For
field-cases = Cases
field-back = Back
field-lists = Lists
field-sent = Sent
field-median-days = Median days
field-suggested = Suggested
field-duty-phone = Duty telephone
field-alternate-phone = Other telephone
field-hours = Working hours
field-closed = Closed
field-immediate-needs = Immediate needs
field-recusals = Recused
field-attachments = Attachments
field-shared-with = Shared with
field-watchers = Watchers
field-moved = Moved
field-flags = To look at
field-alarms = Alarms
field-integrity-alarms = Alarms
field-provisional = Provisional mark
field-formality = Formality
field-initiative = Initiative
field-session-id = Session
field-incident = Incident
field-slip = Slip
field-activity = Activity
field-person-link = Same person
field-resolution-text = Result, words
field-taxonomy-version = Taxonomy
field-place = Place
field-body = Body
field-notices = Bodies told
field-appeals = Appeals
act-appeal = appeal
field-fields = Fields
act-notice = body told
field-level = Level
field-within-h = Delay (hours)
field-rank = Rank
field-also = Other names
field-origin-node = Node of origin
field-origin-org = Organisation of origin
field-created = Made on
field-bytes = Bytes
field-chain-entries = Chain entries
field-signature = Signature
field-part = Part
field-step = Check
field-org = Organisation
act-set = set
act-clear = cleared
act-add = added
act-remove = removed
act-raise = raised
act-lower = lowered
act-consent = consent
act-note = note
act-question = question
act-move = step
act-response = answer
act-response-text = words of the answer
act-satisfaction = opinion
act-reason = reason
act-interaction = contact
act-hold = put on hold
act-unhold = taken off hold
act-action = action
act-link = link
act-attachment = attachment
act-allegation = allegation
act-recusal = recusal
act-delivered = arrived
act-interim = told meanwhile
act-referral = referral
purpose-record = keep
purpose-refer-internal = pass on inside
purpose-contact-back = call back
purpose-refer-external = pass on outside
purpose-share-identity-in-sensitive = give the identity
purpose-follow-up = follow-up
purpose-new = new
purpose-reminder = reminder
purpose-answer = answer
purpose-radio = answer on the radio
purpose-poster = answer on a poster
purpose-meeting = answer in a meeting
purpose-megaphone = answer by megaphone
consent-given = given
consent-refused = refused
consent-withdrawn = withdrawn
consent-not-asked = not asked
waiting-assignment = assignment
waiting-person = the person
waiting-triage = triage
waiting-closing = the closing
waiting-satisfaction = what the person says of it
flag-contact-after-closing = contact after the closing
flag-reopening-proposed = to be reopened: the person is not satisfied
flag-closing-proposed = to be closed: the person is satisfied
flag-must-be-sealed = to be sealed
flag-opening-proposed = to be opened: not sensitive any more
why-external-id = same number in another system
why-phone = same telephone
why-household = same household or card
why-name = same name
outcome-resolved = resolved
outcome-answered = answered
outcome-referred = referred
outcome-cut = cut off
link-duplicate-of = duplicate of
link-related = related to
link-split-from = part of
link-merged = merged with
link-referred-to = sent on, there
link-referred-from = sent from elsewhere, there
link-moved-to = goes on at
link-moved-from = comes from
waiting-answer = the answer
holdfor-person = the person
holdfor-document = a document
holdfor-consent = consent
holdfor-investigation = an investigation
direction-in = in
direction-out = out
signature-good = good
means-oral = oral
means-thumbprint = thumbprint
means-audio = audio
means-written = written
means-guardian = guardian
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
field-received-day = Day received
field-due-day = Due on
field-own-zone = Own zone
field-waiting-on = Waiting on
field-undelivered = Undelivered
field-delivery = On its way
field-deliveries = Arrived
field-assigned = Given to others
field-assigned-more = More of them
field-sent-at = Sent
field-left = Has left
field-stored-at = On a machine there
field-delivered-at = With them
field-delivered-to = With
field-accepted-at = Accepted
field-accepted-by = Accepted by
field-assignee = Assignee
field-gifts = Keys given
field-sensitivity = Sensitivity
field-overdue = Overdue
field-satisfaction = Satisfaction
field-loop-closed = Loop closed
field-conflicts = Conflicts
field-name = Name
field-kind = Kind
field-parent = Parent
field-org-unit = Unit
field-zone = Zone
field-member = Member
field-role = Role
field-device = Device
field-confirmed = Confirmed
field-revoked = Revoked
field-standing = Standing
field-until = Until
field-away-until = Away until
field-deputy = Deputy
field-audience = Audience
field-label = Label
field-members = Members
field-delegate = Delegate
field-alternate = Alternate
field-epoch = Epoch
field-at = When
field-by = By
field-act = Act
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
field-own-entry = newest entry written here
field-last-write = last writing here
field-vouched = given by a person
field-program = this program
field-offset-ms = difference, ms
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
field-interims = Told meanwhile
field-referrals = Outside and back
field-questions = Questions
field-asked = Who is asked
field-speaks = Languages
field-replied = Who was answered
field-expects-answer = Answer expected
field-returned = Came back
field-clocks = Clocks
field-task = To do
ui-todo-more = Only the first { $n }. All: `boucle todo --all`
ui-todo-none = Nothing waits on you.
ui-suggested-routing = { $to }, by the routing of the site: `boucle case assign { $ref } auto`
ui-suggested-taxonomy = { $to }, by the category: `boucle case assign { $ref } auto`
ui-suggested-manager = { $to }, since nobody here holds the role of its category: `boucle case assign { $ref } auto`
ui-suggested-language = { $to }, who speaks the person's language: `boucle case assign { $ref } auto`
ui-advice-met = This has not reached { $to }, last met on { $met }; it is due by { $due }. Do not wait:
ui-advice-never-met = This has not reached { $to }, whom this machine never met; it is due by { $due }. Do not wait:
ui-advice-stick = – a USB stick that goes there: `boucle carry`
ui-advice-phone = – telephone: { $phones }
ui-advice-no-phone = – telephone: no number is known there; `boucle routing set SITE --duty-phone`
ui-advice-sms = – an SMS: "A case waits for you: { $ref }, by { $due }. Please connect your machine."
ui-advice-sms-sealed = – an SMS: "Something waits for you, by { $due }. Please connect your machine."
ui-batch-back = { $to }: { $back } of { $cases } back
ui-todo-first = To do, first:
ui-clock-due = { $step }: by { $due }
ui-interim = { $at } { $by }: { $text } (answer promised by { $until })
ui-referral = { $at } { $by }: { $status } { $means }
ui-referral-text = { $at } { $by }: { $status } { $means } – { $text }
ui-timeline = What happened
ui-happened = { $when }: { $what }
ui-happened-due = { $what } (next step by { $due })
ui-happened-kind = { $kind } – { $what }
ui-asked = { $at } { $by } to { $to }: { $text }
ui-asked-answer = { $at } { $by } answers { $to }: { $text }
field-interactions = Contacts
field-attempts = Attempts
field-links = Links
field-of = Older one
field-why = Why
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
field-exposed = Could be read before
field-generation = Generation
field-lang = Language
field-erasures-to-approve = Erasures to approve
field-late-edits = Came after sealing
field-readable = Readable here
field-shipped = Shipped
field-state = State
field-topic = Topic
field-word = Word
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
closure-answered = answered
closure-not-satisfied = not satisfied
closure-unreachable = unreachable
closure-anonymous = anonymous
closure-withdrawn = withdrawn
closure-out-of-scope = out of scope
closure-handed-over = handed over
closure-duplicate = duplicate
closure-prank = prank
closure-moved = moved
closure-acknowledged = taken note of
closure-no-contact = resolved, no contact wished
closure-not-admissible = not admissible
closure-services-only = services only
weekday-mon = Mon
weekday-tue = Tue
weekday-wed = Wed
weekday-thu = Thu
weekday-fri = Fri
weekday-sat = Sat
weekday-sun = Sun
todo-returned = came back to me
todo-question = question for me
todo-replied = answer to my question
todo-accept = to take up
todo-work = to do
todo-refer = to give to somebody
todo-call-back = to call back
todo-acknowledge = to confirm to the person
todo-ask = to ask: satisfied?
todo-close = to close
todo-decide = not settled: go on, or close
todo-review = closed: to look at
todo-confirm = to confirm by telephone
todo-settle = to choose between values
todo-duplicates = pairs: perhaps one matter (`boucle case duplicates`)
todo-notify = body to be told
todo-undelivered = has not arrived
todo-late = late elsewhere
todo-resolved = resolved: for you to know
todo-confirm-member = member to confirm
todo-batch = list not back
todo-speakers = { $task } ({ $who } speaks { $language })
left-out-sealed = sealed: never in a list
left-out-closed = closed
left-out-confidential = confidential: `--confidential` to send them all the same
left-out-unclassified = not classified yet
left-out-consent = the person refused to have it passed on
left-out-out-already = out already, and nobody has confirmed
left-out-unread = closed to me
left-out-no-contact = refused to be called back
left-out-safe-contact = how to reach them is bound to conditions, or they wish to stay unknown
unmatched-sealed = the case is sealed
unmatched-not-on-the-list = the case was not on this list
unmatched-no-reference = no reference
unmatched-not-found = no case of this reference
batch-col-number = No.
batch-col-ref = Reference
batch-col-answer = Answer
batch-col-date = Date of the answer
batch-col-remark = Remark
batch-calls-first-name = First name
batch-calls-say = What to say
batch-calls-said = What they said of it
batch-calls-keep-words = Say it to the person alone. Show this list to nobody; bring it back, or destroy it.
batch-head-number = List
batch-head-to = For
batch-head-owner = Owner
batch-head-by = Made by
batch-head-purpose = Purpose
batch-head-made = Made on
batch-head-due = To be back by
batch-head-left-out = Cases left out
batch-head-keep = Please
batch-head-keep-words = Fill in the last three columns, leave the others as they are. Show this list to nobody else; destroy it when it is back.
step-refer = to give to somebody
step-accept = to take up
step-confirm = to confirm by telephone
step-acknowledge = to confirm to the person
step-act = next step
referral-sent-outside = sent outside the system
referral-confirmed-by-phone = confirmed by telephone
referral-misdirected = wrong person
referral-need-info = something is missing
public-radio = radio
public-poster = poster
public-meeting = meeting
public-megaphone = megaphone
by-means-email = by e-mail
by-means-phone = by telephone
by-means-whatsapp = by WhatsApp
by-means-paper = on paper
by-means-letter = by letter
by-means-meeting = in person
by-means-handover = with the handing over
by-means-list = on a list
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
help-site-set = Changes the name, the zone or the working hours of a site, closes it or opens it again
help-invite = Invite a person and their device
help-join = Join an organisation, or add a member to this device
help-member = Members
help-member-list = List the members
help-member-away = Say that a member is away, and who stands in
help-member-set = Say which languages somebody speaks
help-member-confirm = Confirm a member by six words read by voice
help-audience = Audiences of restricted cases
help-audience-list = List the audiences
help-case = Cases
help-case-new = Record a case; an option without its value is asked for
help-case-list = List cases
help-case-show = Show a case
help-case-set = Set fields
help-case-note = Add a note
help-case-ask = Ask somebody who reads a case about it
help-case-history = Show the history of a case
help-case-conflicts = Show what is in conflict
help-case-withdraw = Take your own words back, while nobody else has them
help-case-settle = Settle a conflict
help-case-triage = Triage a case
help-case-assign = Assign a case
help-case-accept = Accept a case
help-case-return = Give a case back: wrong person, or something is missing
help-case-confirm = Whom it was sent to outside has confirmed by telephone
help-case-remind = Note that whoever has the case was reminded
help-case-handover = Hand a sealed case over to an inquiry, with its receipt
help-case-refer = Send a case on to another site or partner
help-case-move = Move a case to another site of the organisation
help-case-link = Say that two cases are one matter, or two that are related
help-case-merge = Merge a case into another, which goes on
help-case-unmerge = Take a case out of the one it was merged into
help-case-duplicates = Pairs of cases that may be one matter
help-case-share = Let somebody read a case, or no longer
help-case-act = Record what was done or is to be done
help-case-hold = Put a case on hold
help-case-unhold = End the hold
help-case-resolve = Record the outcome
help-case-answer = Record the answer given, and what the person said of it
help-case-attempt = Record an attempt that reached nobody
help-case-consent = Record a consent
help-case-close = Close a case
help-case-erase = Erase what a case was before it was sealed (two devices)
help-case-reopen = Reopen a case
help-case-seal = Seal a case: only its audience reads it
help-case-raise = Raise the sensitivity
help-case-lower = Lower the sensitivity
help-words = Sensitive words of this node
help-words-show = Show the words in use
help-words-add = Add words, stems* and phrases
help-words-remove = Take words out of use
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
help-doctor = Look at the machine and the node, and say what to do
help-support-file = Write what helps those far away, without anything of a case
help-completions = Write the completions of a shell (bash, zsh, fish…)
help-man = Write the manual pages
help-demo = The whole story on one machine, in under a minute
help-clock = This machine's clock, and whether it is believed
help-clock-show = Show what time it is here, and entries dated when it was not
help-clock-set = Say what time it is now
help-clock-accept = Entries dated when it was not: seen to
help-taxonomy = Codes: categories, channels, roles…
help-taxonomy-show = Show the codes
help-taxonomy-add = Add a project, partner, place, outcome, language, body or level
help-taxonomy-set = Rename or close a row of one of these lists
help-taxonomy-import = Take in these lists from a file
help-taxonomy-export = Write these lists to a file
help-case-notify = Record that a body outside was told
help-case-appeal = Take the case of a person who is not satisfied to the next level
arg-appeal-refused = Offered, and the person does not wish it
arg-notify-body = Body: its code or its name
arg-notify-by = How it was told
arg-table = The list
arg-row-code = Code; of a row that is there, a name of it too
arg-row-label = Its name, in your language, or fr=NAME, en=NAME
arg-row-also = Another name by which it is known
arg-row-parent = Of a place: the place in which it lies
arg-row-rank = Of a level: its place, from 1
arg-row-within = Delay in hours, of a level or a body
arg-row-reach = Of a body: how to reach it
arg-row-audience = Of a body: told of cases of this audience
arg-row-sensitivity = Of a body: told of cases of this sensitivity
arg-row-project = Of a body: told of cases of this project
arg-row-fields = Of a body: what it is told
arg-row-close = Do not offer it any more; cases that have it keep it
arg-row-open = Offer it again
arg-tables-file = TOML file
help-outbox = What has not left yet
help-todo = What waits on me, by the time it is due
help-batch = Lists for those without a node
help-batch-out = Writes a list of cases for somebody without a node
help-batch-in = Takes over the answers of a list
help-batch-list = Lists that are out, and how much of each is back
help-batch-calls = Writes the list of those who wait for an answer, to be printed
help-routing = Who gets which cases, and whom to telephone
help-routing-show = Shows who gets which cases
help-routing-import = Says who gets which cases as a table tells it (CSV: site, category, for, telephones)
help-routing-set = Says who gets the cases of a site, of a category or of all, and whom to telephone
help-broadcast = One collective answer to many cases: radio, poster, meeting
help-case-incident = Cases of one cause
help-case-incident-add = Joins cases to an incident
help-case-incident-close = Resolves all open cases of an incident
help-lock = Lock the member's keys
help-unlock = Unlock the member's keys
help-passphrase = The passphrase
help-passphrase-change = Change the member's passphrase
help-wipe = Destroy the keys and the data of this machine, at once

## Help of the options (arg-COMMAND-OPTION goes before arg-OPTION)
arg-away-until = Last day away, for example 2026-12-15
arg-deputy = Who stands in: reads and accepts what is given to the absent
arg-back = Not away any more
arg-help = Show this help
arg-version = Show the version
arg-home = Folder of the node (BOUCLE_HOME)
arg-json = Answer in JSON
arg-jsonl = Answer in JSON, one object a line
arg-lang = Language of messages: fr, en (BOUCLE_LANG)
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
arg-zone = Zone in which days and weeks are counted, as in Africa/Bangui
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
arg-time = Date and time now, like 2026-11-29T22:10
arg-machine = This machine's own clock is right, whatever speaks against it
arg-sure = This is the time, whatever speaks against it
arg-clock-accept-who = Whose: a member, a site, or the first digits of a device; all when left out
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
arg-no-recusal = Asked: nobody here is concerned (whoever bears the name of who is complained about is set aside all the same)
arg-not-them = Member who bears the name of who is complained about and is somebody else
arg-sensitivity = Sensitivity s0 to s3; only raises
arg-priority = Priority p1 to p4
arg-external-id = Number elsewhere, SYSTEM:ID
arg-slip = Reference of the paper slip
arg-session = Box, desk, event or focus group
arg-from-json = Read the whole record as JSON (file, or -)
arg-status = Status (code); restricted: those one may not read
arg-assignee = Assigned to: member, role, or me (my roles too)
arg-since = Received since (date, or 30d)
arg-until = Received before (date)
arg-sort = Field to sort by, - before it to reverse
arg-limit = At most so many
arg-count = Only how many
arg-group-by = How many by value of these fields
arg-ref = Reference, its digits, its ending, or @last
arg-assignments = FIELD=VALUE; FIELD alone is asked for, FIELD=- reads standard input
arg-field = Field
arg-pick = Number of the value chosen
arg-who = Member, role, or me
arg-to-refer = Site or partner (code or name); of a sealed case, a member or a role
arg-outside = Name of somebody without the system; asked for when left out
arg-outside-by = How it was sent to them
arg-return-reason = Why it comes back
arg-link-as = How they are linked
arg-other = The other case
arg-into = The case that goes on
arg-case-merge-ref = The case that ends as a duplicate
arg-case-unmerge-ref = The case that ended as a duplicate
arg-by-phone = They confirmed by telephone
arg-handover-to = Who inquires; asked for when left out
arg-receipt = What they gave for it; asked for when left out
arg-came = The person came or called by themselves
arg-interim = No answer yet: what is being done
arg-interim-until = Day by which they will have an answer, for example 2026-12-15
arg-todo-all = All lines
arg-on-event = A command to run when more waits on me: it is told how much (BOUCLE_EVENT, BOUCLE_COUNT, BOUCLE_WAITING), and nothing of any case
arg-batch-to = Whom the list goes to
arg-batch-purpose = What it is for; stands in the list
arg-batch-fields = Fields that go along besides date, type and category: text, phone, locality… or all
arg-batch-due = By when it is to be back, from now
arg-batch-confidential = Confidential cases (s1) go along
arg-batch-of = Whose answers these are, where the list does not say
arg-batch-answer = What an answer means: the code of an outcome, or - to note it only
arg-batch-take = Which case a row without a reference is of
arg-batch-encoding = Encoding of the file, if it is not found out
arg-batch-dry-run = A trial: nothing is written
arg-site-name = What it is called from now on
arg-hours = Working hours, as in "mon-fri 08:00-12:00 13:00-16:30"; - for those of the site above
arg-site-close = Nothing new goes there
arg-site-open = It is open again
arg-route-category = Cases of this category or sub-category; without it: all
arg-route-to = Member or role; - takes back what was said
arg-routing-file = Table with a line of titles: Site, Category, For, Duty telephone, Other telephone
arg-duty-phone = Telephone where somebody is on duty; - for none
arg-alternate-phone = Another telephone; - for none
arg-broadcast-by = By what the answer is given
arg-incident-leave = The case leaves the incident
arg-incident-dry-run = Only say what would be done
arg-many-incident = Of this incident
arg-many-status = Status (code); restricted: those one may not read
arg-many-site = Of this site and those below
arg-many-partner = Of this partner
arg-many-channel = By this channel
arg-many-spoken = In this language
arg-many-since = Received since (date, or 30d)
arg-many-until = Received before (date)
arg-many-older-than = Received longer ago than, for instance 30d
arg-many-overdue = Overdue
arg-many-late = Past the time of their next step, or of the answer
arg-many-untriaged = Not yet triaged
arg-many-unanswered = Without an answer
arg-many-not-delivered = Referral not arrived
arg-many-session = Of this session
arg-many-dry-run = Only say what would be done
arg-many-category = Of this category
arg-many-project = Of this project
arg-many-assignee = Assigned to: member, role, or me (my roles too)
arg-remind-all = All that are late, one message for each who has some
arg-refer-fields = Fields that go, separated by commas, or all; left out: only says which may
arg-with = Member or role who is to read it; with --stop a site, too
arg-speaks = Languages, with commas between them: sg,kbl; - for none
arg-ask-whom = Whom: a member or a role
arg-stop = No longer: what is written from now on is not for them
arg-on-behalf = For someone without the system: their name
arg-due = Due
arg-hold-reason = What is waited for: person, document, consent, investigation
arg-outcome = Outcome (code)
arg-satisfied = What the person said of it (yes, partly, no, declined)
arg-purpose = Purpose of the consent (code)
arg-answer = Answer
arg-means = Means: oral, thumbprint, audio, written, guardian
arg-close-reason = Closing as "answered": why the person was not asked whether they are satisfied
arg-closure = Closing reason (code)
arg-body = Text; asked for when left out, - for standard input
arg-hold-until = Until
arg-approve = Approve what another device proposed
arg-late-too = Also edits that its audience does not have yet
arg-reason = Reason; asked for when left out
arg-audience = Audience to seal to
arg-to = Level
arg-words-add-words = Word, stem* or phrase; “!” before it makes an exception
arg-words-remove-words = Word, stem* or phrase; “!” before it makes an exception
arg-target = Address, site or device; without a name: everyone in reach
arg-file = File
arg-format = Format: kobo
arg-mapping = Mapping of the columns (TOML file)
arg-dry-run = Only say what would be done
arg-encoding = Encoding of the file, if it is not found: utf-8, windows-1256…
arg-undo = Take back an import of which nothing has left (its number; without a value: shows them)
arg-rejects = File for rejected rows
arg-deep = Check every signature and view again as well
arg-support-file-file = File to write; without it, standard output
arg-addresses = With this machine's addresses
arg-shell = Shell
arg-folder = Folder to write to
arg-listen = Address to listen on (multiaddress)
arg-peer = Peer to reach
arg-no-mdns = Do not look for peers on the local network
arg-unattended = Start alone: without a member, by a key file
arg-keyfile = The key file; made if it is not there, for which a passphrase is needed once
arg-auto-lock = Lock members whose keys nobody used for so long (10 minutes unless said)
arg-new-passphrase-file = Read the new passphrase from this file
arg-yes = Yes, for good
arg-keep = Keep the three nodes in this folder
arg-case-withdraw-entry = First digits of the entry's number, as `case history` shows it; asked for when left out
arg-case-list-site = Code of a site: its cases and those of the sites below
arg-case-list-category = Category or sub-category (code)
arg-member-confirm-name = Name of the member

# ------------------------------------------------------------ the menu

front-choose = Your choice
front-call = New call, new complaint or question
front-find = Find a case
front-call-back = Call somebody back
front-list = My list
front-late = { $n } (late: { $late })
front-stick = USB stick: read and write
front-unshared = not shared yet: { $n ->
    [one] one change
   *[other] { $n } changes
}
front-person = Change person
front-sync = Exchange with the machines in reach
front-leave = Leave
front-number = Number of the case (Enter: back)
front-no-case = That line is no case.
front-who = Who works here now
front-interrupted = Nothing was saved of what was under way.
front-act = What to do (Enter: back)
front-act-note = note
front-act-accept = take it up
front-act-act = done
front-act-resolve = solution found
front-act-answer = answer the person
front-act-attempt = nobody reached
front-act-close = close
front-act-assign = give to somebody
front-act-ask = ask for advice
front-act-history = history
front-satisfied = What the person says of it (Enter: not asked yet)
front-close-now = Close the case now? (Y/n)
ask-channel-front = How calls and complaints come (until you change the person)
ask-type-front = What is it
front-earlier = Telephone, reference or name to look for (Enter: none; m: missed call; x: wrong number, silent…; <: the question before)
front-nobody-yet = No case known. The number is kept only if the person agrees.
front-earlier-found = Known already. A number: the call goes into that case. Enter: a new case.
front-group = About what (a number, a word, or Enter: to be triaged later)
front-category = More exactly (Enter: to be triaged later)
front-answered = Have you answered already? (Y/n)
front-satisfied-yes = Does that answer the question? (Y/n)
front-urgent = Is it urgent? (y/N)
front-script = Say: “What you tell us is confidential. Only those who handle complaints here read it. You can say no and lose nothing.” Then ask, one thing after the other:
front-consent-record = May we write down your name and number? (y / n / do not know)
front-consent-refer = May we pass your complaint on to the person in charge of it? (y / n / do not know)
front-consent-call = May we call you back? (y / n / do not know)
front-not-kept = Neither name nor number will be kept. Give the reference: with it the person can come back.
front-name = Name of the person (Enter: unknown)
front-phone = Telephone (Enter: none)
front-phone-known = Telephone (Enter: { $phone }; -: do not keep it)
front-sex = Sex (Enter: unknown)
front-age = Age in years (Enter: unknown)
front-language = Language spoken
front-place = Place: village, quarter, site (Enter: unknown)
front-safe = How to reach them safely: hours, who may answer, message or not
front-save = Save? (Y/n, or the number of a line to correct)
front-next = Dictate the reference: { $ref }. The person will have an answer by { $due } at the latest.
front-next-open = Dictate the reference: { $ref }. The case is still to be triaged.
front-by-category = by its subject
front-will-be-sealed = This case will be sealed: only its audience will read it.
front-question-drops = A question that you have answered keeps nothing of the person: what they said, their name and number will not be saved.
front-question-drops-sure = Save it so? (Y/n)
front-sealed = Sealed: only its audience reads it, and it cannot be read here again. Dictate the reference: { $ref }.
front-more = The most pressing first; { $n } others are not shown.
front-more-found = The first twenty. Add a word to show fewer.
ask-find = Telephone, reference, name or words to look for
ask-call-case = Reference of the case
arg-find-limit = So many cases at most
arg-what = Telephone, reference, number of another system, name or words; asked for when left out
arg-call-case = The case that the person speaks of
arg-call-channel = By which channel
help-find = Find a case by a telephone, a reference, a name or words
help-call = Calls and visits
help-call-log = Note that a person called or came about a case
done-call-log = { $ref }: call noted.
field-person = Person
field-gist = What they say

outcome-missed = missed
outcome-wrong-number = wrong number
outcome-prank = prank
outcome-silent = silent
ask-call-phone = The person's telephone (Enter: unknown)
ask-call-outcome = How the call ended
ask-call-kind = What kind of call
arg-call-phone = The person's telephone; cases known by it are shown
arg-call-spoken = The language they speak
arg-call-outcome = answered, referred, cut, missed, wrong_number, prank, silent; asked for if left out
arg-call-end-case = The known case that it was about
arg-call-kind = A call without a case: missed, wrong_number, silent, prank, answered
arg-call-log-phone = The person's telephone, to call them back
arg-call-at = When, if not now: 2026-11-05 14:20, 2h
arg-call-list-kind = Of which kinds: missed, wrong_number, silent, prank, answered
arg-call-limit = At most so many calls
arg-call-count = Only how many
arg-call-group-by = How many by each value of these fields: type, received_day, site…
help-call-start = A call begins: the time is noted, the cases known by the number are shown
help-call-end = The call is over
help-call-list = Calls without a case: missed, wrong numbers, silent…
help-shift = Your shift at the telephone
help-shift-start = The shift begins
help-shift-end = The shift ends: what was done, and what waits
done-call-start = { $at }: the call has begun. At its end: boucle call end
ui-call-earlier = Cases known by this number:
done-call-end = { $ref }: call noted ({ $outcome }, { $minutes ->
    [one] less than a minute
   *[other] { $minutes } minutes
}).
done-call-none = { $ref }: call noted ({ $outcome }).
done-call-missed = { $ref }: missed call noted. The person is to be called back within a day: boucle todo
done-shift-start = The shift has begun. At its end: boucle shift end
done-shift-end = Shift since { $at }: { $calls ->
    [one] one call
   *[other] { $calls } calls
}, { $cases ->
    [one] one case recorded
   *[other] { $cases } cases recorded
}, of which { $questions ->
    [one] one question
   *[other] { $questions } questions
}. { $waits ->
    [one] One line waits
   *[other] { $waits } lines wait
}.
error-call-goes-on = a call goes on already
error-call-goes-on-hint = end it first: boucle call end
error-no-call-goes-on = no call goes on
error-no-call-goes-on-hint = boucle call start when a call begins; boucle call log for one that is over
error-call-of-no-case = a call that ended like this is about no case
error-call-of-no-case-hint = without --case it is noted by itself
error-shift-goes-on = the shift has begun already
error-shift-goes-on-hint = end it first: boucle shift end
error-no-shift-goes-on = no shift has begun
error-no-shift-goes-on-hint = boucle shift start

front-reached = Did the person answer your call? (Y/n)
front-missed-phone = Telephone of the missed call (Enter: unknown; <: the question before)
front-no-case-kind = What kind of call (Enter: note nothing)
front-nothing-noted = Nothing was noted.

done-unlock-started = Unlocked. This machine now exchanges with others in the background. To lock and stop it: boucle lock
ui-still-let-in = Still unlocked: { $names }

slip-reference = Reference: { $ref }
slip-received = Received on { $day }
slip-phone = Telephone: { $phone }
slip-keep = Keep this paper. With the reference you can ask how far your request is. Nothing else stands on it.
done-slips-print = Page to print: { $file }
field-slips-counted = Slips counted
field-opened-by = Opened by
session-box = opening of a box
session-desk = complaint desk
session-event = event, distribution
session-fgd = focus group
ask-session-kind = What kind of session
ask-session-slips = How many slips in the box
ask-session-openers = Who opened it: two names, with a comma
ask-session-location = Place (Enter: not said)
ask-session-reason = Why slips and cases are not as many
arg-session-kind = box, desk, event, fgd (focus group)
arg-session-slips = Slips counted as the box was opened
arg-session-opened-by = The two who opened it, with a comma
arg-session-project = Project of all cases
arg-session-partner = Partner of all cases
arg-session-location = Place of all cases
arg-session-admin1 = Region of all cases
arg-session-admin2 = Department of all cases
arg-session-admin3 = Commune of all cases
arg-session-at = When, if not now
arg-session-reason = Why slips and cases are not as many
arg-session-limit = At most so many sessions
arg-session-count = Only how many
arg-slips-count = How many slips
arg-slips-receipt = A receipt for this case: reference, day, telephone, nothing of the matter
arg-slips-phone = The telephone to print; without it, a line to fill in by hand
arg-slips-out = A page to print, eight slips a sheet
help-session = Box, desk, event, group: several cases under one header
help-session-open = Open a session: place, project, counted slips are said once
help-session-add = Record a case of the session that goes on
help-session-close = Close the session: slips are compared with cases
help-session-show = The session that goes on
help-session-list = Sessions
help-slips = Paper with references
help-slips-print = Print slips with reserved references, or the receipt of a case
done-session-open = Session { $ref } opened. Each case: boucle session add. At its end: boucle session close
done-session-close = Session { $ref } closed: { $recorded ->
    [0] no case recorded
    [one] one case recorded
   *[other] { $recorded } cases recorded
}.
done-session-show = Session { $ref } goes on: { $recorded ->
    [0] no case recorded
    [one] one case recorded
   *[other] { $recorded } cases recorded
}{ $slips ->
    [none] .
   *[other] {" "}of { $slips } slips.
}
ui-session-none = No session goes on.
error-session-goes-on = session { $session } is open already
error-session-goes-on-hint = close it first: boucle session close
error-no-session-goes-on = no session is open
error-no-session-goes-on-hint = boucle session open
error-two-openers = a box is opened by two people
error-two-openers-hint = give two names: --opened-by A,B
error-slips-not-counted = the slips of the box were not counted
error-slips-not-counted-hint = count them before they are read: --slips N
error-slips-differ = { $slips } slips counted, { $recorded } cases recorded
error-slips-differ-hint = record the others, or say why: boucle session close --reason
error-slip-used = slip { $slip } was used already, or not printed here
error-slip-used-hint = boucle find { $slip } shows the case that took it
error-no-paper-of-sealed = no paper is printed for a sealed case
error-no-paper-of-sealed-hint = a paper found by somebody else would put the person in danger; dictate the reference

front-desk = Complaint desk, distribution
front-box = Complaint box
front-session = Enter: the next case; f: close; <: back to the menu

field-ages = Ages
field-cost = Cost
field-verified = Verified on
field-service-hours = Hours
field-services = Services for the person
field-happened = When it happened
field-reporter-is = Who tells of it
field-harmed-sex = Sex of the person harmed
field-harmed-age-group = Age of the person harmed
field-accused-affiliation = Whom the accused belongs to
service-medical = medical
service-safety = safety, emergency shelter
service-psychosocial = listening, support
service-legal = legal
service-shelter = housing
service-material = material help
service-other = other
served-offered = offered
served-accepted = accepted
served-received = received
served-declined = declined
served-not-available = not available
happened-within-72h = less than 3 days ago
happened-within-120h = 3 to 5 days ago
happened-earlier = earlier
happened-not-said = not said
reporter-is-self = the person herself or himself
reporter-is-family = the family
reporter-is-witness = a witness
reporter-is-leader = a community leader
reporter-is-staff = staff
reporter-is-other = somebody else
accused-affiliation-own-staff = staff of ours
accused-affiliation-partner = a partner
accused-affiliation-contractor = a contractor
accused-affiliation-other-agency = another organisation
accused-affiliation-authority = an authority
accused-affiliation-armed-group = an armed group
accused-affiliation-community = the community
accused-affiliation-family = the family
accused-affiliation-other = other
accused-affiliation-unknown = unknown
act-service = service for the person
ask-service-kind = What kind of service
ask-service-answer = What became of it
ask-service-name = Which one (Enter: not said)
arg-service-kind = medical, safety, psychosocial, legal, shelter, material, other
arg-service-answer = offered, accepted, received, declined, not_available
arg-service-name = The name of the service
arg-services-near = At this place, in words or by its code
arg-services-kind = Of this kind
arg-services-file = A sheet: place, kind, name, telephone, hours, ages, cost, verified on
arg-row-kind = Of a service: medical, safety, psychosocial, legal, shelter, material, other
arg-row-place = Of a service: the place
arg-row-verified = Of a service: the day on which somebody last made sure of it
help-case-service = Note what help the person had: offered, accepted, received, declined
help-services = Who helps a person who was harmed, and where
help-services-load = Read services from a sheet
done-case-service = { $ref }: service noted.
done-services-load = { $rows } services read: { $added } new, { $changed } changed, { $unchanged } unchanged.
error-services-no-header = { $file }: no row of headings
error-services-no-header-hint = columns looked for: { $looked_for }

front-type-harmed = Somebody was hurt, abused or threatened
front-danger = "Are you safe now? May we speak?" (y / n / not known)
front-danger-now = Safety first; the record comes after. Give these contacts, and call yourself if the person cannot:
front-duty-phone = Whom to call here: { $phone }
front-must = To say: "If it concerns somebody who works for the aid, I must report it, without your name if you wish. You say what you want, and no more." Ask for no detail, no proof, and not who did it.
front-must-said = Said (Enter)
front-whose = Who tells of it (Enter: not said)
front-harmed-sex = Sex of the person harmed (Enter: unknown)
front-harmed-age = Age of the person harmed (Enter: unknown)
front-when = When did it happen (Enter: not asked)
front-within-72h = Less than 72 hours: emergency care (against HIV too) is still possible. The sooner the better, if the person agrees.
front-within-120h = Less than 5 days: emergency contraception is still possible, if the person agrees.
front-no-services = No service is known here (boucle services load). Call the person on duty to find one.
front-service = The person: a accepts, d declines, o offered only
front-service-elsewhere = elsewhere
front-service-stale = not made sure of for 90 days
front-follow-up = Do they wish to be called back? Without that, neither name nor number is kept (y / n)

reference-households = households
reference-payments = payments
ui-listed = On the list of { $list } (loaded { $day }):
field-rows = Rows
field-columns = Columns
field-loaded-at = Loaded
field-expires = Until
ask-reference-find = Telephone, card, household or name
arg-reference-file = The table (CSV)
arg-reference-kind = households or payments
arg-reference-expires = How long the list is kept; 45 days if nothing is said
arg-reference-drop-kind = Which one; all without it
arg-reference-what = Telephone, card, household or name; asked for if left out
help-reference = Lists of households or payments, on this machine alone
help-reference-load = Load a list for a time: it goes nowhere else
help-reference-drop = Destroy a list
help-reference-list = The lists that are loaded
help-reference-find = Look somebody up in the lists
done-reference-load = List loaded: { $rows } rows, on this machine alone, until { $expires }.
done-reference-drop = Lists destroyed.
error-reference-no-column = { $file }: no column of telephones, cards, households or names
error-reference-no-column-hint = the first line must name the columns
front-listed-copy = c: note card and household in the case; Enter: no

front-draft = A call was interrupted before it was saved: "{ $gist }…"
front-draft-what = r go on with it, n a new call (it stays kept), d destroy it
front-draft-kept = What was said is kept for you alone; it is offered at the next call.
front-draft-in-memory = What was said is kept until you lock, and nowhere on the disk; it is offered at the next call.

arg-service-keyfile = Where to put the machine's key file; beside the data if left out
help-service = Start with the machine
help-service-install = The machine exchanges as soon as it is on, without a passphrase
help-service-remove = Start with the machine no more
done-service-install = Installed: { $unit }. Whoever steals the disk with { $keyfile } reads what the machine alone may read: codes, dates, sites; no names and no words. To work: boucle unlock
done-service-install-by-hand = Written: { $unit }, but this system does not start it by itself. To do once: systemctl --user enable --now { $name }
done-service-remove = The machine does not start boucle by itself any more.

message-media = [picture, voice message or file that did not come along]
arg-import-own = A name or number of ours in the chat; "-": none
arg-import-dates = The order of day and month, where the file does not tell
arg-intake-from = The number the message came from
arg-intake-at = When it was sent
arg-intake-channel = sms or whatsapp
arg-intake-call-from = The person's number
arg-intake-event = answer, hangup, missed
help-intake = A message or a call, from a gateway
help-intake-sms = A message on standard input: it joins the case of whoever sent it, or opens one
help-intake-call = A call, as a telephone system tells of it
done-intake-sms = { $ref }: message received.
done-import-messages = { $rows } messages: { $created ->
    [one] one case opened
   *[other] { $created } cases opened
}, { $updated } added to known cases, { $unchanged } there already, { $skipped } without content.
done-import-messages-sealed = { $sealed ->
    [one] One case is sealed: its words are grave.
   *[other] { $sealed } cases are sealed: their words are grave.
}
done-import-messages-unread = { $rejected } lines have no readable date or number: they were not taken over.
ui-import-messages-trial = Trial: nothing was written.
error-no-messages = { $file }: no { $format } message is recognised in it
error-no-messages-hint = for WhatsApp export the chat as text; for SMS a table with a date, a number and a text
error-dates-either-way = { $file }: day and month can be read either way
error-dates-either-way-hint = say the order: --dates dmy (31/12) or --dates mdy (12/31)
error-own-not-said = which of { $senders } senders is ours is not said
error-own-not-said-hint = --own NAME for each name or number of ours; --own - if none is
ask-import-own = Which of these senders is ours (number or name; Enter: none)
front-child = A child: do not go through whoever looks after them, unless the audience decides so. Ask the person you speak with how to reach them.
arg-background = For the time somebody is let in (boucle unlock)
front-danger-alone = Safety first; the record comes after. No service is known on this machine: call the person on duty, the police or the nearest health centre yourself, if the person wishes.

"""The sentences of the manual that no declaration can say. A table of texts."""

DESCRIPTION = """
sysmgmt is the command shell of an appliance: it manages users, roles, passwords, sessions and the
settings of the box, for people at a terminal and for scripts. It never starts a shell or another
program on behalf of its user.

At a terminal it asks for a user name and a password, shows when that user was last logged in, and
takes one command a line. What a command needs and was not given is asked for, also what it needs
the first time only, unless a value that was given is wrong, or the box cannot do it whatever the
values are. Tab completes commands,
parameters and present values; ? and help explain, help ntp lists what there is about NTP; ? at a
question says what can be answered, but where a password is asked for; Ctrl-C cancels the line or
the question; quit, as exit and logout, or Ctrl-D on an empty line, ends the session. After the idle
timeout without a keystroke (30 minutes unless set_session_policy says less) the session ends by
itself.

On a box that has not been installed nobody can log in: there is no default password. At a
terminal the Installation dialogue is opened; on standard input install is accepted without login,
and help and quit, and nothing else.
"""

LANGUAGE = """
A command is a name followed by parameters:

    add_user name=bob role=monitor groups=sales,orders

A value stands as it is typed, up to the next blank. Between double quotes it may contain blanks;
there \\" and \\\\ stand for " and \\. No other character has a meaning: | > < ; $ ' and # are text.
Lists are separated by commas. Where the name of a parameter stands in brackets the value may stand
alone: help add_user is help command=add_user. A line that is blank or begins with # is skipped.

Flags say how a command runs: --json prints the answer as one line of JSON; --dry-run checks
everything, tells what would happen and changes nothing; --yes confirms; --help explains.

A command asks first where something cannot be made again, where keys or certificates change that
others know, where the box becomes less secure, or where the box or your own session ends. To
remove a user, a role or a partner is not asked about; to remove a backup is. What would be refused
anyway is refused at once, and a question that has changed while you read it is asked anew.

A value that is - stands in the next line of standard input:

    set_password current_password=- new_password=-
    old secret
    new secret

A certificate or a key is given in the same way, all lines from -----BEGIN to -----END; further
blocks that follow at once belong to it, and a blank line ends it. Files that others made belong into
the import folder rather than into a batch, where what follows the block is a command: file=NAME.

At a terminal such a value is asked for, a secret hidden: set_user bob password=- asks for bob's new password. A
certificate or a revocation list is asked for there where neither pem= nor file= is given.
A secret is refused on a command line, which other users of a machine can read.
"""

BATCH = """
On standard input one command stands in each line. The batch stops at the first command that
fails; messages begin with line N: and the exit status is that of the command. With --keep-going
it goes on, and exits with the status of the first failure. With --atomic all commands are carried
out, or none: everything is read first (at most 10,000 lines, 16 MiB), a command that fails gives
its own code and every other one NotApplied. All answers together have at most 16 MiB. A wrong
password that was tried on the way stays counted. A batch that changes nothing keeps nobody from
changing the box; one that changes something is evaluated again where others change the box
meanwhile, and refused with BoxBusy where they do so all the time, if more than ten of its commands
change nothing.

    printf '%s\\n' 'add_group name=sales' 'get_groups --json' |
        sysmgmt --user admin --password-file /root/admin.password

Over SSH a batch comes in the same way, without a command, and for a user whose login has the command
shell, as that of role sysmgmt: add_user name=robot role=sysmgmt, and a key with add_ssh_key. There
is nothing to give options to there: put --json into each line; --keep-going and --atomic are for
those who start sysmgmt themselves. The login of roles administrator and admin has the menu, which
reads choices: for administrator a first line 6 opens the command shell for all that follow.

    printf '%s\\n' 'add_group name=sales' 'get_groups --json' |
        ssh robot@box1
    printf '%s\\n' 6 'get_groups --json' | ssh admin@box1
"""

ANSWERS = """
As text an answer is Key: value, two blanks a level; a change ends with COMMAND completed
successfully. Errors go to standard error: Error: SENTENCE, then Hint: SENTENCE where one helps, such as
Did you mean monitor? for a role montor.
Where an answer cannot be written the program ends with status 6; the message says so where the
command was carried out all the same.

With --json every command prints exactly one line on standard output, errors too (each is shown on two
lines here):

    {"command": "get_users", "code": "Done", "status": 0,
     "result": {"users": [...]}}
    {"command": "add_user", "code": "UserExists", "status": 1,
     "message": "...", "hint": null}

code is Done, Unchanged (nothing had to be changed), or the name of the refusal. Times are ISO 8601
in UTC, durations seconds, sizes bytes. groups null stands for all groups. To a caller without the
permission security or audit the lock and login details of other users are null. Warnings stand in
a list warnings, a dry run has dry_run true.
"""

EVENTS = """
What happens to the box is an event, which get_events_log shows and which mail, syslog and SNMP tell of. A
number never gets another meaning. An event that is followed by another one when it is over is
lasting, every other one is transient. The scope root_cause has what somebody has to look after, normal
what happens besides, and advanced what only whoever looks for a fault wants to know.
Neither a command that only reads nor a dry run makes the event ServiceRefused; the audit has both.
"""

STATUSES = (
    ("0", "done, also if nothing had to be changed"),
    ("1", "refused by a rule, or failed"),
    ("2", "usage: unknown command, missing or invalid parameter, unreadable input"),
    ("3", "permission denied"),
    ("4", "login failed, locked or not possible"),
    ("5", "logged out: idle, or the session was ended"),
    ("6", "the box cannot do it now: state unreadable, disk full, a service refuses"),
    ("70", "internal error; the audit explains it under the id in the message"),
    ("128+n", "ended by signal n"),
)

LOCKOUT = """
The third wrong password in a row (set_password_policy may say another one) locks an account, through
whichever door it came. At the level nist such a lock ends after 15 minutes; at others unlock_user ends
it. Nobody who cannot log in learns whether the name, the password or a lock was the reason. A user with
the permission security sees locked users with get_users, and since when, and unlocks them with
unlock_user. For admin alone the console has a counter of its own: after three wrong passwords
there, one attempt in 15 minutes is looked at. Nobody locks everybody from one machine at the levels stig
and nist, or where set_password_policy origin_threshold says so: after 9 failed logins from its address no
password from there is looked at until 15 minutes after the first of them; the audit has them as
TooManyFailedLogins. A wrong current password counts too; at a terminal
set_password says that it is wrong before it asks for a new one.

If nobody with the permission security can log in any more, the owner of the state folder (root
where the box is deployed) runs boxmgmt --recover at a terminal. It unlocks admin and asks twice for
a new password. It is recorded in the audit, and every user with the permission security is told at
the next login over SSH or at the console; a batch on the box shows it once, too, and uses it up for
nobody.
"""

RESET = """
The last passwords are compared with what users choose for themselves (set_password), and not with what
somebody else sets for them (set_user): whoever sets the passwords of others must not learn by it whether a
guess is one of theirs. A password that was set so is remembered like any other, and the user must choose
another one at the next login.
"""

DAMAGE = """
Damaged files of the state are never repaired silently. An incomplete last transaction, which a power cut may
leave, was never acknowledged; it is dropped, and get_system_status tells so. Any other damage is
refused with StateDamaged, which names the file and the line; nothing is changed then. If a disk fails while
a change is written, StorageFailed says that nothing was changed, and StorageUncertain that it is not known
whether the change was made.

Records of the audit that were not synced when the power was cut may be torn. They stay where they are; the first
record after the next start of the machine tells which they were, an event (AuditTorn) says so, and verify_audit_log
names them in a warning whenever it is used. That covers the epoch in which the power was cut, and nothing
before it. An anchor of a record that is missing shows more than a power cut: no record is lost after its anchor
was shown.

Copy the whole folder away first. Then put back a copy of the folder that was made while no program
ran on it: all files of it, never a single one. Without a copy, move the folder away and install
the box anew.

On a full disk changes are refused with StorageFull. Logins of those who hold the permission security, and
lock_user, unlock_user, remove_user, set_audit_policy, check_state, compact_state, verify_audit_log,
export_audit_log and rotate_audit_log go on with space that is kept in reserve, where whoever asks may run them.
Free some space; nothing else is needed.

The last 64 MB of a disk (of a small one the last sixteenth) are kept from those who do not hold the permission
security, so that nobody who only looks, or guesses passwords, can use up what is needed to stop him: their
changes are refused, and what else they ask, but their logins, is no longer recorded one by one, but counted
(lost_records of get_audit_policy).
"""

EXPORT = """
export_audit_log writes one text: a line of JSON that says what it is, the records as they were
written, and a signature (CMS) with the system certificate and those above it:

    ssh admin@box1 export_audit_log > audit.export

Take the root certificate from the box over another way, or once and for all: export_root_certificate
shows it; where a company's authority has signed the system certificate, it is the authority's. As
root.pem it says whom to believe. Anybody verifies an export with openssl, without the box:

    sed '/^-----BEGIN PKCS7-----$/,$d' audit.export > audit.jsonl
    sed -n '/^-----BEGIN PKCS7-----$/,$p' audit.export > audit.signature
    openssl cms -verify -binary -purpose any -CAfile root.pem \\
        -inform PEM -in audit.signature \\
        -content audit.jsonl -out verified.jsonl

The last one says CMS Verification successful, and verified.jsonl are the lines that were signed. With
-no_check_time it accepts a certificate that has expired since. In the first line, audit_records and
audit_head are an anchor: verify_audit_log anchor=RECORDS:HEAD tells on the box whether the audit still
holds all that it held then. complete false says that the export goes on with after=LAST.
"""

COLLECTED = """
collect_system_info makes one archive, and download_collected_info writes it to standard output:

    ssh admin@box1 'download_collected_info name=NAME' > NAME.tar.gz

It holds a list of the checksums of all files in it, and a signature of that list. They are verified
without the box, with the root.pem of an export:

    tar -xzf NAME.tar.gz
    openssl cms -verify -binary -purpose any -CAfile root.pem \\
        -inform PEM -in SHA256SUMS.pem \\
        -content SHA256SUMS -out verified.sums
    sha256sum --check --quiet --strict verified.sums

The other ways to it are create_download_link, an address on the web server of the box that works once,
and send_collected_info, to a server that add_upload_target has made known.

No secret is in it: neither passwords nor keys, nor their hashes. What stands in it is chosen by the
parts; the audit is below home/kos/auditlog, with the anchor of that moment.
"""

BACKUP = """
A settings backup is one file of three lines of ASCII: what it is and how its key is made; what is sealed,
as base64; and a SHA-256 of both, which tells of accidents. It is sealed with AES-256-GCM under a key that argon2id
(3 passes over 64 MiB, 4 lanes) makes of the password; the first line is authenticated with it. What the
master key has sealed is sealed anew under that password, and on the box where it is restored under that box's
master key. Nobody, not the maker of the box either, restores a backup whose password is lost.

To make a new box of the backup of another one: copy the file into the import folder, install the new box, log in, and

    import_backup name=last file=nightly.backup
    restore_settings name=last password=- --dry-run
    restore_settings name=last password=- administrators=replace

The second line shows each difference and changes nothing. After the third one the password of admin is that of the
backup. What belongs to one machine stays: master key, SSH host keys, audit, events, users' numbers, root access.

Where there is no backup, import_state takes in the files of a state folder, copied while no boxmgmtd writes them, as
far as that can be; with --dry-run it only reports what it would take, change and leave out.

The password of a schedule is sealed in the state. Whoever has the state folder and the master key of the box could
read all that such a backup holds from the state itself; but with that password older backups open, too, wherever
they are. Choose one that is used for nothing else, and change it with schedule_backup when the box changes hands.
"""

SAFE = """
The self-test computes published answers of AES-256-GCM, SHA-256, HMAC, ECDSA, Ed25519 and argon2id anew, compares
the installed files with what --deploy of boxmgmtd(8) has written down, or without it with what pip has (a
checkout knows neither), reads the whole state, verifies the audit, and asks the checkers of the services. boxmgmtd runs
it at its start and once a day, run_self_test at any time.

After one that failed the box is in the safe state. Logins, logouts and everything that shows something go on, and of
the changes those that count wrong passwords, set_password, lock_user, unlock_user, check_state, compact_state, the
commands that rotate, verify and export the audit, reboot_box and shut_down_box. Everything else is refused with
SafeState. The event SelfTestFails tells what failed. The next self-test that passes ends it. Where installed files
are named after an upgrade with pip, run boxmgmtd --deploy, which writes the new ones down.
"""

FILES = (
    ("/var/lib/boxmgmt", "the state of root; others have ~/.local/state/boxmgmt"),
    ("state.json", "the state: a plain TinyDB file, without the latest changes"),
    ("state.journal", "the latest changes; they are folded into state.json from time to time"),
    ("master.key", "the key that seals secrets in the state; keep copies of it apart from those of the state"),
    ("erase.begun", "the box is being erased: whoever opens the state next goes on with it"),
    ("backups/NAME.backup", "the settings backups: each opens with its own password alone, see SETTINGS BACKUP"),
    ("import", "the folder from which file=NAME is read, of the owner of the state; links in it are not followed"),
    ("keyring", "the folder of the OpenPGP keys that verify_package trusts, as gpg --export writes them"),
    ("audit.journal", "the audit: one line of JSON for each record, only ever appended"),
    ("audit-FIRST-LAST.journal", "its archives, by the numbers of their records; never remove one by hand"),
    ("audit.key", "the key that the audit is being chained with; it changes every minute"),
    ("audit.lost", "how many records could not be written, and were not told of yet"),
    ("events.journal", "the events: one line of JSON for each; the last four archives beside it, of 4 MB each"),
    ("collected", "the archives that collect_system_info has made; they expire"),
    ("deliveries.json", "how far each receiver of mail, syslog and SNMP has got; without it they get things twice"),
)

ENVIRONMENT = (
    ("BOXMGMT_STATE", "The folder of the state where --state does not name one."),
    ("TERM, NO_COLOR, LANG, LC_*", "What the terminal can show. Besides HOME and SSH_CONNECTION "
                                   "nothing else of the environment has an effect."),
)

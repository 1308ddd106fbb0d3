"""The PAM files of sshd and login: everybody but root is asked of the engine, root goes on as before.

Everybody, so that an unknown name is answered with the same text in the same time as a known one.
"""

BEGIN, END = "# boxmgmt: begin. Written by boxmgmtd --deploy.", "# boxmgmt: end"
EXEC = "pam_exec.so quiet {more}stdout {helper}"
SHUT = "/etc/boxmgmt/shut_at_console"
"""Names who may not log in at the console: root, unless root access is open."""

STAGES = {
    "auth": ("requisite   " + EXEC.format(more="expose_authtok ", helper="{helper}"),
             # pam_exec has no answer to pam_setcred, and a stack without any success fails there.
             "sufficient  pam_permit.so"),
    "account": ("requisite   pam_nologin.so", "requisite   " + EXEC.format(more="", helper="{helper}"),
                "sufficient  pam_permit.so"),
    "password": ("requisite   pam_deny.so",),  # the shell has its user change it
    "session": ("optional    pam_loginuid.so", "optional    pam_keyinit.so force revoke",
                "requisite   " + EXEC.format(more="", helper="{helper}"), "sufficient  pam_permit.so"),
}
"""What a stage is for everybody but root."""
BEFORE = {
    "sshd": {},
    "login": {"auth": (f"requisite   pam_listfile.so item=user sense=deny file={SHUT} onerr=succeed",
                       "optional    pam_faildelay.so delay=4000000"),
              "account": (f"requisite   pam_listfile.so item=user sense=deny file={SHUT} onerr=succeed",)},
}
"""What comes first for everybody. Times in microseconds."""
SERVICES = tuple(BEFORE)


def with_ours(service: str, original: str, helper: str) -> str:
    """The PAM file of `service` with our lines before those that stand there."""
    lines = [BEGIN]
    for stage, rules in STAGES.items():
        lines += [f"{stage:9}{rule}" for rule in BEFORE[service].get(stage, ())]
        lines.append(f"{stage:9}[success={len(rules)} default=ignore] pam_succeed_if.so quiet user = root")
        lines += [f"{stage:9}{rule.format(helper=helper)}" for rule in rules]
    return "\n".join([*lines, END, without_ours(original)])


def without_ours(text: str) -> str:
    """A PAM file without our lines."""
    before, begin, rest = text.partition(BEGIN + "\n")
    return before + rest.partition(END + "\n")[2] if begin else text

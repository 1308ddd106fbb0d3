"""The audit under the hands of whoever can write its files: 8 kinds of tampering, 3 attackers, many logs."""

"""A module that cannot even be imported."""

raise SystemExit("this package ends whatever imports it")

"""The manual: its texts, and the pages that are made of them and of the declarations; `boxmgmt.pages` writes them."""

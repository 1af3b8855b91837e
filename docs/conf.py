"""The documentation site: `make site` builds `build/site` from these pages, without a network."""

project = "Penstock"
extensions = ["myst_parser"]
myst_heading_anchors = 3  # headings that a link may lead to, named as GitHub names them
html_theme = "furo"
html_title = "Penstock"
smartquotes = False  # what is quoted is often typed

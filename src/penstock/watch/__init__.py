"""The watch page: what goes on, live, for a person with a browser. It only looks.

    /_penstock/watch                   the page: `static/`, by hand, with nothing from elsewhere
    /_penstock/watch/state             JSON: what there is and what changed last (`overview`)
    /_penstock/watch/about/KIND?key=…  JSON: one thing in full (`abouts`), its graph laid out
    /_penstock/watch/log?group=…       JSON: the end of a log (`logs`)

Everything is asked of the directory, as a customer would ask, and told in the page's own few words (`model`): the page
knows no AWS service, and no text of a customer's is ever anything but text on it.
"""

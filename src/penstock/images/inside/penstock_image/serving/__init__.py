"""What runs inside a model server: the `serve` of AWS's framework images, without a port.

    Request(path, content type, accept, attributes, body)  ──►  Server.respond  ──►  Response(status, …, body)

`server` answers `/ping`, `/invocations` and `/execution-parameters`; `handlers` are the customer's functions with the
defaults around them; `codecs` are how arrays travel; XGBoost's algorithm mode is `penstock_image.xgboost_mode.serving`.
Requests come as frames on a socket (`channel`), one at a time: nothing here listens on a port, so no server is in
another's way.
"""

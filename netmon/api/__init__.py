"""The API: what netmon tells over HTTP, to Prometheus, to programs and to people. It only reads.

`server` opens the socket, `guard` keeps connections honest, `routes` answers, `document` and `page`
say it as JSON and as HTML.
"""

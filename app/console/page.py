"""The first page: where to find what, for whoever opens the address in a browser."""

from aiohttp import web

from app.console.routes import DESCRIPTION_PATH

_PAGE = f"""<!doctype html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dealerlijn</title>
<style>
:root {{ --ink: #1c2330; --soft: #5a6475; --paper: #f6f7f9; --card: #fff; --line: #dde1e8; --mark: #0b62d6; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e8ebf0; --soft: #a3adbd; --paper: #12161d; --card: #1b212b; --line: #2e3643; --mark: #7fb2ff; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; padding: clamp(1.5rem, 9vh, 6rem) 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 34rem; margin: 0 auto; }}
h1 {{ margin: 0 0 .25rem; font-size: 1.6rem; }}
p {{ margin: 0 0 1.25rem; color: var(--soft); }}
ul {{ display: grid; gap: .75rem; margin: 0; padding: 0; list-style: none; }}
a {{ display: block; padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; color: inherit; text-decoration: none; }}
a:hover, a:focus-visible {{ border-color: var(--mark); outline: 2px solid var(--mark); outline-offset: 1px; }}
strong {{ display: block; color: var(--mark); }}
</style>
</head>
<body>
<main>
<h1>Dealerlijn</h1>
<p>Het telefonisch contactcentrum van de dealer draait.</p>
<ul>
<li><a href="/readyz"><strong>Toestand</strong>Kan er worden gebeld? Asterisk en database in één oogopslag.</a></li>
<li><a href="/metrics"><strong>Cijfers</strong>Alle tellers, voor Prometheus en Grafana.</a></li>
<li><a href="{DESCRIPTION_PATH}"><strong>API</strong>Beschrijving in OpenAPI 3.1; gebruik vraagt een token.</a></li>
</ul>
</main>
</body>
</html>
"""


def add_page(app: web.Application) -> None:
    """Serve it at `/`."""

    async def page(_request: web.Request) -> web.Response:
        response = web.Response(text=_PAGE, content_type="text/html")
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return response

    app.router.add_get("/", page)

"""Counts the words of a text: POST it to /."""

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def count(request: Request) -> JSONResponse:
    text = (await request.body()).decode()
    return JSONResponse({"words": len(text.split())})


app = Starlette(routes=[Route("/", count, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000)

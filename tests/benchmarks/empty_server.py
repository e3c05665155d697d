"""The floor of HTTP: a FastAPI application with one POST that reads its body and does nothing with it.

`python -m tests.benchmarks.empty_server PORT`: served as the services are served.
"""

import sys

import uvicorn
import uvloop
from fastapi import FastAPI, Request

PATH = "/commands/bench.Nothing"
app = FastAPI(docs_url=None, redoc_url=None)


@app.post(PATH)
async def nothing(request: Request) -> dict[str, object]:
    """Answers as much as a command is answered."""
    async for _ in request.stream():
        pass
    return {
        "id": "00000000-0000-4000-8000-000000000000",
        "position": 1,
        "events": ["bench.Nothing"],
        "late": False,
        "again": False,
    }


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    """It is."""
    return {"status": "ready"}


if __name__ == "__main__":
    config = uvicorn.Config(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False
    )
    uvloop.run(uvicorn.Server(config).serve())

"""Prints the status of a page, once a minute."""

import os
import time

import httpx

URL = os.environ.get("TICKER_URL", "https://status.example/")

if __name__ == "__main__":
    while True:
        print(httpx.get(URL).status_code, flush=True)
        time.sleep(60)

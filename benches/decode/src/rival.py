"""Python's asterisk-ami, counting events until the last."""

import sys
import threading

from asterisk.ami import AMIClient

count = 0
over = threading.Event()


def on_event(event, **_):
    global count
    count += 1
    if event.name == "Shutdown":
        over.set()


client = AMIClient(address="127.0.0.1", port=int(sys.argv[1]), timeout=60)
client.add_event_listener(on_event)
response = client.login(username="mirante", secret="secret").response
if response is None or response.is_error():
    sys.exit("asterisk-ami could not log in")
print("ready", flush=True)
over.wait(300)
print("done", count, flush=True)

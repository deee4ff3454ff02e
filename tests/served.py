"""A running `anemone demo` or `serve` for tests: started on a free port, asked over HTTP, ended at exit."""
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request


class Served:
    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, *arguments, '--port', '0'], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r'http://\S+', line)
        if not found:
            self.process.kill()
            raise SystemExit(f'{program} {" ".join(arguments)} did not start: {line!r}')
        self.url = found.group(0).rstrip('/')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.code = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit('the server did not end within 20 s of SIGTERM') from None

    def raw(self, path, method='GET', body=None, **query):
        """Status code and body text, whatever the status."""
        query = {name: value for name, value in query.items() if value is not None}
        url = self.url + path + ('?' + urllib.parse.urlencode(query) if query else '')
        request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def get(self, name, **query):
        status, text = self.raw('/api/v1/' + name, **query)
        if status != 200:
            raise SystemExit(f'/{name} {query}: {status} {text}')
        return json.loads(text)

    def wait_until_replayed(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.get('status')
            if status['replay'] and status['replay']['done']:
                return status
            time.sleep(0.2)
        raise SystemExit(f'not replayed within {seconds} s: {status}')

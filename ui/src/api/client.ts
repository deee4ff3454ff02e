// Asking the server. Every failure becomes an ApiError whose message says what to do next.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body: unknown = null, // all that the server said
  ) {
    super(message);
  }
}

// Beside the page, wherever it is mounted.
const base = (): string => new URL("api/v1/", document.baseURI).toString();

export type Query = Record<string, string | number | null | undefined>;

export function address(path: string, query: Query = {}): string {
  const url = new URL(path, base());
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.toString();
}

async function answer<T>(request: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Check that anemone is running; this page tries again by itself.");
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    const said = (body as { error?: { code: string; message: string } } | null)?.error;
    throw new ApiError(response.status, said?.code ?? "http", said?.message ?? `The server answered ${response.status}.`, body);
  }
  return body as T;
}

export function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(fetch(url, { signal: signal ?? null, headers: { accept: "application/json" } }));
}

export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return answer<T>(fetch(address(path), { method: "POST", signal: signal ?? null, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }));
}

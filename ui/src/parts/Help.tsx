import { useEffect, useRef } from "react";

const kKeys: [string, string][] = [
  ["/", "find a router, link or host"],
  ["space", "play or pause"],
  ["← →", "one bin back or on"],
  ["shift ← →", "to the previous or next routing event"],
  ["l", "live: follow the newest bin"],
  ["f", "fit the network into the map"],
  ["t", "the same as tables"],
  ["c", "coverage: what is not seen, whom to instrument next"],
  ["w", "what if: a scenario, before and after"],
  ["esc", "close what is open"],
  ["?", "this help"],
];

export function Help({ close }: { close: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} className="help" onClose={close} onClick={(e) => e.target === ref.current && close()} data-testid="help">
      <h2>Reading the map</h2>
      <p>Each link is two ribbons, one a direction; traffic keeps to the right. Width is load, colour is utilisation; above 80% a triangle marks it. A broken line is a link that is down. Dots move with the traffic: the denser, the more. Hatched beside a ribbon is what is estimated to be there uncounted, a pale band how far that may reach (9 times of 10); strokes across are what a change inside the bin makes uncertain.</p>
      <p>Drag the map or a router, scroll or pinch to zoom, click to ask whose load it is. Of a very large network parts are drawn as one: a double click unfolds one. The address bar holds the screen: send it to a colleague.</p>
      <dl>
        {kKeys.map(([key, what]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>
        ))}
      </dl>
      <button onClick={close} autoFocus>Close</button>
    </dialog>
  );
}

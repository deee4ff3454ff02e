import { Component, type ReactNode } from "react";
import { Notice } from "./Bits";

// An answer that we cannot draw must not leave a white page.
export class Guard extends Component<{ children: ReactNode }, { problem: Error | null }> {
  override state = { problem: null as Error | null };

  static getDerivedStateFromError(problem: Error) {
    return { problem };
  }

  override render() {
    const { problem } = this.state;
    if (!problem) return this.props.children;
    return (
      <div className="overlay">
        <Notice kind="failed" title="The console cannot draw this" retry={() => this.setState({ problem: null })}>
          {problem.message}. The server and this page may be of different versions: reload the page; if it stays, please report it with the address above.
        </Notice>
      </div>
    );
  }
}

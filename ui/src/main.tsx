import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { MapPage } from "./pages/MapPage";
import { Guard } from "./parts/Guard";
import "./style.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Guard>
      <MapPage />
    </Guard>
  </StrictMode>,
);

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { MapPage } from "./pages/MapPage";
import "./style.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MapPage />
  </StrictMode>,
);

// The page's behaviour, in small parts. Everything works without it except what cannot (palette, charts, shortcuts).
import { wireServer } from "./server.js";
import { wireShell, watermark } from "./shell.js";
import { wirePalette } from "./palette.js";
import { wireForms, dressForms } from "./forms.js";
import { wireLists } from "./lists.js";
import { wireKeys } from "./keys.js";
import { wireQuick } from "./quick.js";
import { wireNotices } from "./notices.js";
import { drawCharts, wireCharts } from "./charts.js";

const dress = (root) => { dressForms(root); drawCharts(root); };

wireServer();
wireShell();
watermark();
wirePalette();
wireForms();
wireLists();
wireKeys();
wireQuick();
wireNotices();
wireCharts();
dress(document);
document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) dress(event.detail.elt); });

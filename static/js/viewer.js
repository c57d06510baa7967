/** For pages with tiles that the server made: choosing them, and the lightbox. */

import "./lightbox.js";
import "./selection.js";

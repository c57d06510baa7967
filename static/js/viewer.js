/** Scripts of pages with tiles that the server rendered: the selection and the lightbox. */

import "./lightbox.js";
import "./selection.js";

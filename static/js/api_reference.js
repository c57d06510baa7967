/** Swagger UI for the API schema; its requests use the browser's session. */

const reference = document.getElementById("reference");
const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

window.SwaggerUIBundle({
  url: reference.dataset.schema,
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor(request) {
    if (token) request.headers["X-CSRFToken"] = token;
    return request;
  },
});

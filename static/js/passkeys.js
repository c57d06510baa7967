/**
 * Forms whose button asks the device for a passkey. The form holds the answer as JSON and is sent like any other.
 *
 * data-passkey: "create" or "get"; data-options: the id of a JSON script with the server's options, or data-source:
 * their address.
 */

const { gettext } = window.django;

function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Return the options with bytes instead of base64url. */
function decoded({ publicKey }) {
  const withBytes = (list) => list?.map((entry) => ({ ...entry, id: bytesOf(entry.id) }));
  return {
    ...publicKey,
    challenge: bytesOf(publicKey.challenge),
    user: publicKey.user && { ...publicKey.user, id: bytesOf(publicKey.user.id) },
    allowCredentials: withBytes(publicKey.allowCredentials),
    excludeCredentials: withBytes(publicKey.excludeCredentials),
  };
}

/** Return the device's answer with base64url instead of bytes. */
function encoded(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.source, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
  return (await answer.json()).request_options;
}

async function ask(form) {
  const publicKey = decoded(await optionsOf(form));
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
  form.elements.credential.value = encoded(credential);
  form.submit();
}

function explain(error) {
  if (error.name === "InvalidStateError") return gettext("This device has a passkey for your account already.");
  if (error.name === "NotAllowedError" || error.name === "AbortError") return gettext("No passkey was used. Try again.");
  if (error.name === "SecurityError") return gettext("Passkeys work only at the name of the site, not at its IP address.");
  return gettext("Passkeys don't work here at the moment.");
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const notice = form.querySelector("[data-passkey-notice]");
  const show = (text) => {
    notice.textContent = text;
    notice.hidden = false;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      show(gettext("This browser offers passkeys only over HTTPS."));
      return;
    }
    notice.hidden = true;
    form.setAttribute("aria-busy", "true");
    try {
      await ask(form);
    } catch (error) {
      show(explain(error));
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}

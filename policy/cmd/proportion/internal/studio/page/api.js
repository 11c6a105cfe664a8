// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Talks to the studio. The token is this tab's alone: it came for the code of a
// link, which works once, and is lost with the tab.

const place = "proportion-token";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Takes the code out of the address, before anything else can see it. */
export async function enter() {
  const code = location.hash.slice(1);
  if (code === "") return;
  history.replaceState(null, "", location.pathname);
  const { token } = await call("start", { code });
  sessionStorage.setItem(place, token);
}

/** Asks the studio, and returns its answer. */
export function call(what, body = {}, signal) {
  return send(`/api/${what}`, JSON.stringify(body), "application/json", signal);
}

/** Loads a journal. */
export function upload(file) {
  const name = encodeURIComponent(file.name);
  return send(`/api/journal?name=${name}`, file, "application/octet-stream");
}

async function send(path, body, type, signal) {
  const headers = { "Content-Type": type };
  const token = sessionStorage.getItem(place);
  if (token) headers["Proportion-Token"] = token;
  const answer = await fetch(path, { method: "POST", headers, body, signal, cache: "no-store" });
  const result = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, result.error);
  return result;
}

/** Returns a function that asks, and drops the answer to an earlier question. */
export function latest(what) {
  let asking = new AbortController();
  return (body) => {
    asking.abort();
    asking = new AbortController();
    return call(what, body, asking.signal);
  };
}

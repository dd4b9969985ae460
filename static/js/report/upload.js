// One photo to the server, with progress; fetch cannot tell how far an upload is.

/** `{id, thumbnail}`, or `{problem}`: a sentence of the server's, or nothing when the network failed. */
export function upload(file, { token, onProgress }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("photo", file, file.name ?? "photo.jpg");
    request.open("POST", "/photos");
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("x-csrf-token", token);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      const answer = request.response ?? {};
      resolve(request.status === 201 ? answer : { problem: answer.detail });
    });
    request.addEventListener("error", () => resolve({}));
    request.send(form);
  });
}

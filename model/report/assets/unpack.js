// The document of results stands in the page as JSON, compressed (gzip) and written as base64.
async function unpacked(letters) {
  if (!("DecompressionStream" in window)) {
    document.getElementById("old-browser").hidden = false;
    throw new Error("no DecompressionStream");
  }
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

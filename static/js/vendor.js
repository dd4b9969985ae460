// Files that come from the CDN: switches them on when they are here, and puts our own copy in their place when the
// CDN refuses, or has said nothing for a while. Runs early and small, because the first look of the page waits for it.
(function () {
  "use strict";
  var PATIENCE_MS = 2500;
  var MEMORY = "gatami-cdn";
  var settled = new WeakSet();
  var leaflet = {};
  // A map that is drawn before its stylesheet has come measures itself wrongly, so that it waits for both.
  var styled = new Promise(function (resolve) { leaflet.styled = resolve; });
  window.gatamiLeaflet = new Promise(function (resolve, reject) {
    leaflet.arrived = function () { styled.then(function () { resolve(window.L); }); };
    leaflet.missing = function () { reject(new Error("Leaflet could be loaded neither from the CDN nor from here")); };
  });
  window.gatamiLeaflet.catch(function () { /* A page without a map need not hear of it. */ });

  function remembered() {
    try { return sessionStorage.getItem(MEMORY); } catch (e) { return null; }
  }
  function remember(word) {
    try { sessionStorage.setItem(MEMORY, word); } catch (e) { /* Private windows may forbid it; then we ask again. */ }
  }
  // Where our own copy is not installed either, the next page had better ask the CDN once more.
  function forget() {
    try { sessionStorage.removeItem(MEMORY); } catch (e) { /* Nothing was kept. */ }
  }

  function styleCame(name) {
    if (name === "leaflet.css") { leaflet.styled(); }
  }

  function localCopy(element) {
    var script = element.tagName === "SCRIPT";
    var copy = document.createElement(script ? "script" : "link");
    if (script) {
      copy.onload = leaflet.arrived;
      copy.onerror = function () { forget(); leaflet.missing(); };
      copy.src = element.dataset.local;
    } else {
      var style = element.dataset.vendor;
      copy.onload = function () { styleCame(style); };
      copy.onerror = function () { forget(); styleCame(style); };
      copy.rel = "stylesheet";
      copy.href = element.dataset.local;
    }
    // In the same place, so that the order of the stylesheets stays as the page meant it.
    element.replaceWith(copy);
  }

  function give(element, cdnAnswered) {
    if (settled.has(element)) { return; }
    settled.add(element);
    if (!cdnAnswered) {
      remember("silent");
      localCopy(element);
    } else if (element.tagName === "LINK") {
      element.media = "all";
      styleCame(element.dataset.vendor);
    } else {
      leaflet.arrived();
    }
  }

  // A stylesheet that was refused before we listened has an empty sheet, or one that cannot be read.
  function hasRules(sheet) {
    try { return sheet.cssRules.length > 0; } catch (e) { return false; }
  }

  function isVendor(target) { return target.dataset && target.dataset.vendor; }
  function look() {
    document.querySelectorAll("[data-vendor]").forEach(function (element) {
      if (remembered() === "silent") {
        give(element, false);
      } else if (element.sheet) {
        give(element, hasRules(element.sheet));
      }
    });
  }

  // Load and error events of resources do not bubble, but they can be caught on the way down.
  document.addEventListener("load", function (event) { if (isVendor(event.target)) { give(event.target, true); } }, true);
  document.addEventListener("error", function (event) { if (isVendor(event.target)) { give(event.target, false); } }, true);
  document.addEventListener("DOMContentLoaded", look);
  look();
  setTimeout(function () {
    document.querySelectorAll("[data-vendor]").forEach(function (element) { give(element, false); });
  }, PATIENCE_MS);
})();

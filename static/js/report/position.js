// The position of the phone, or which of the three things went wrong.

const PATIENCE_MS = 12000;
// No phone knows it better than that, whatever it says.
const LEAST_METRES = 5;
const PROBLEMS = { 1: "sayRefused", 2: "sayUnavailable", 3: "sayLate" };

/** Whether this browser gives its position to this page at all; it needs https (or this machine). */
export function canFindMe() {
  return "geolocation" in navigator && window.isSecureContext;
}

/** `{lat, lon, metres}`, or `{problem}` naming what to say. */
export function findMe() {
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude, metres: Math.max(LEAST_METRES, Math.round(coords.accuracy)) }),
      (error) => resolve({ problem: PROBLEMS[error.code] ?? "sayUnavailable" }),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 30000 },
    );
  });
}

// Bytes and their spellings: base45 (RFC 9285), base64, base64url, UTF-8.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...ALPHABET].map((char, value) => [char, value]));

export const utf8 = (text) => new TextEncoder().encode(text);

// Throws RangeError for what is no base45.
export function unbase45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].map((char) => VALUES.get(char));
    if (group.length < 2 || group.includes(undefined)) throw new RangeError("no base45");
    const number = group.reduce((sum, value, place) => sum + value * 45 ** place, 0);
    if (number >= 256 ** (group.length - 1)) throw new RangeError("no base45");
    if (group.length === 3) bytes.push(number >> 8);
    bytes.push(number & 255);
  }
  return Uint8Array.from(bytes);
}

export function unbase64(text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function unbase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new RangeError("no base64url");
  return unbase64(text.replace(/-/g, "+").replace(/_/g, "/"));
}

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const same = (one, other) =>
  one.length === other.length && one.every((byte, place) => byte === other[place]);

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/* Reads QR codes with the camera, where the browser can; elsewhere the field for codes takes what a hand-held scanner types. */

export async function canScan() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return false;
  const kinds = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
  return kinds.includes("qr_code");
}

export async function scan(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  let last = "";
  video.srcObject = stream;
  await video.play();
  const timer = setInterval(async () => {
    const codes = await detector.detect(video).catch(() => []);
    const code = codes[0]?.rawValue;
    if (code && code !== last) found(code);
    last = code ?? last;
  }, 300);
  return () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
}

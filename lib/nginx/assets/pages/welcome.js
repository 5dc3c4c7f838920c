const form = document.querySelector('form');
const url = document.getElementById('url');
form.addEventListener('input', () => {
  const prefix = form.elements.protocol.value === 'http' ? 'http-' : '';
  const address = form.elements.address.value.trim().replaceAll('.', '-');
  const label = `${prefix}${address}-${form.elements.port.value}`;
  url.value = form.checkValidity() ? `https://${label}.${location.host}/` : '';
});

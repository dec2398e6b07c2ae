/* A button with data-xero-copy copies the text of the field whose id it names. */
(function () {
  'use strict';

  document.querySelectorAll('[data-xero-copy]').forEach(function (button) {
    button.addEventListener('click', function () {
      var field = document.getElementById(button.getAttribute('data-xero-copy'));
      field.focus();
      field.select();
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(field.value);
      } else {
        document.execCommand('copy');
      }
      button.textContent = button.getAttribute('data-xero-copied');
    });
  });
})();

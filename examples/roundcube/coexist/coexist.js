// SPDX-License-Identifier: LGPL-2.1-or-later

// The page works without this: an answer that is more than a word is taken for chosen
// as soon as somebody changes it, and a refusal is where the focus is.
window.rcmail && rcmail.addEventListener('init', function () {
    'use strict';

    var form = document.getElementById('coexist-form'),
        refusal = document.getElementById('coexist-refusal');

    if (refusal) {
        refusal.focus();
    }
    if (!form) {
        return;
    }
    // for the button that the skin shows on a phone
    rcmail.register_command('plugin.coexist-save', function () {
        // requestSubmit() is not there in Safari before 16
        document.getElementById('coexist-save').click();
    }, true);
    form.addEventListener('input', function (event) {
        var answer = event.target.closest('.coexist-answer'),
            radio = answer && answer.querySelector('input[type=radio]');

        if (radio && radio !== event.target) {
            radio.checked = true;
        }
    });
});

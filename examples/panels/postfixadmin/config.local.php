<?php
// dovecot-coexist in PostfixAdmin's own forms for mailboxes and domains, 3.3 and 4: append
// this to PostfixAdmin's config.local.php, after columns.sql was run in its database.

$CONF['mailbox_struct_hook'] = 'coexist_struct';
$CONF['domain_struct_hook'] = 'coexist_struct';
$CONF['language_hook'] = 'coexist_language';

// The fields of the form: {column: {value: key of its text}}. Empty says nothing.
function coexist_fields()
{
    $access = array('' => 'inherit', 'allow' => 'allow', 'deny' => 'deny');
    return array(
        'pop3_access' => $access,
        'imap_access' => $access,
        'submission_access' => $access,
        'pop3_delete' => array('' => 'inherit', 'expunge' => 'expunge', 'hide' => 'hide',
                               'trash' => 'trash'),
        'pop3_keep_days' => array('' => 'inherit', '0' => 'forever', '7' => '7 d', '14' => '14 d',
                                  '30' => '30 d', '90' => '90 d'),
    );
}

function coexist_struct($struct)
{
    global $PALANG;
    foreach (coexist_fields() as $key => $values) {
        $options = array();
        foreach ($values as $value => $text) {
            $options[$value] = isset($PALANG["coexist_$text"]) ? $PALANG["coexist_$text"] : $text;
        }
        // may be edited, is in the form, is not in the list
        $field = array(1, 1, 0, 'enma', "coexist_$key", '', '', $options);
        // PostfixAdmin 4 has the function in a class.
        $struct["x_coexist_$key"] = method_exists('PFAHandler', 'pacol') ?
            PFAHandler::pacol(...$field) : pacol(...$field);
    }
    return $struct;
}

function coexist_language($PALANG, $language)
{
    $texts = array(
        'pop3_access' => 'POP3',
        'imap_access' => 'IMAP',
        'submission_access' => 'Sending (SMTP)',
        'pop3_delete' => 'What POP3 deletes',
        'pop3_keep_days' => 'Downloaded by POP3: kept for',
        'inherit' => 'as the domain says',
        'allow' => 'allowed',
        'deny' => 'switched off',
        'expunge' => 'is gone',
        'hide' => 'stays for IMAP',
        'trash' => 'goes to Trash',
        'forever' => 'ever',
    );
    if (substr($language, 0, 2) == 'es') {
        $texts = array(
            'submission_access' => 'Enviar (SMTP)',
            'pop3_delete' => 'Lo que POP3 borra',
            'pop3_keep_days' => 'Descargado por POP3: se guarda',
            'inherit' => 'como diga el dominio',
            'allow' => 'permitido',
            'deny' => 'desactivado',
            'expunge' => 'desaparece',
            'hide' => 'queda para IMAP',
            'trash' => 'va a la papelera',
            'forever' => 'siempre',
        ) + $texts;
    }
    foreach ($texts as $key => $text) {
        $PALANG["coexist_$key"] = $text;
    }
    return $PALANG;
}

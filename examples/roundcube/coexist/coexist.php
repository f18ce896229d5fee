<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

require_once __DIR__ . '/lib/coexist_server.php';
require_once __DIR__ . '/lib/coexist_page.php';

/**
 * Settings > POP and quota: what the owner of a mailbox may choose at a Dovecot with
 * dovecot-coexist. Everything is read from the server and stored there, by IMAP
 * METADATA (RFC 5464); the plugin keeps nothing.
 */
class coexist extends rcube_plugin
{
    public $task = 'settings';

    /** @var rcmail */
    private $rc;

    /** @var string the server's sentence about what it refused, or '' */
    private $refusal = '';

    public function init()
    {
        $this->rc = rcmail::get_instance();
        $this->add_texts('localization/');
        $this->add_hook('settings_actions', [$this, 'settings_actions']);
        $this->register_action('plugin.coexist', [$this, 'show']);
        $this->register_action('plugin.coexist-save', [$this, 'save']);
        $this->register_action('plugin.coexist-undo', [$this, 'undo']);
        $style = $this->local_skin_path() . '/coexist.css';
        if (is_file($this->home . '/' . $style)) {
            $this->include_stylesheet($style);
        }
    }

    public function settings_actions($args)
    {
        $args['actions'][] = [
            'action' => 'plugin.coexist',
            'class'  => 'coexist',
            'label'  => 'title',
            'title'  => 'title',
            'domain' => 'coexist',
        ];

        return $args;
    }

    public function show()
    {
        $this->rc->output->set_pagetitle($this->gettext('title'));
        $this->register_handler('plugin.body', [$this, 'body']);
        $this->include_script('coexist.js');
        $this->rc->output->send('plugin');
    }

    /** Has the server store what the form says: all of it or nothing. */
    public function save()
    {
        if ($this->is_posted()) {
            $server   = $this->server();
            $settings = $server->settings();
            $form     = new coexist_form($this, $settings);
            $this->tell(
                $settings ? $server->store($form->changes($_POST['_coexist'] ?? []))
                          : $this->gettext($server->failed() ? 'noanswer' : 'nothingopen'),
                'saved'
            );
        }

        $this->show_again();
    }

    /** Has the server bring back what a POP session deleted. */
    public function undo()
    {
        if ($this->is_posted()) {
            $session = rcube_utils::get_input_string('_session', rcube_utils::INPUT_POST);
            $this->tell($this->server()->undo($session), 'broughtback');
        }

        $this->show_again();
    }

    public function body()
    {
        $page = new coexist_page($this, $this->server());

        return $page->html($this->refusal);
    }

    private function server()
    {
        return new coexist_server($this->rc->get_storage());
    }

    /** Roundcube has compared the token of what was posted; a GET has none. */
    private function is_posted()
    {
        return ($_SERVER['REQUEST_METHOD'] ?? '') === 'POST' && !empty($_POST);
    }

    private function tell($refusal, $label)
    {
        $this->refusal = $refusal;

        if ($refusal === '') {
            $this->rc->output->command('display_message', rcube::Q($this->gettext($label)), 'confirmation');
        }
    }

    private function show_again()
    {
        $this->rc->overwrite_action('plugin.coexist');
        $this->show();
    }
}

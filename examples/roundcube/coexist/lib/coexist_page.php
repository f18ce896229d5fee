<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

require_once __DIR__ . '/coexist_form.php';

/** The page: how the mailbox is doing, and the settings in sections. */
class coexist_page
{
    const SECTIONS = [
        'download' => ['pop3_mark_read'],
        'delete'   => ['pop3_delete', 'pop3_keep_days'],
        'show'     => ['pop3_folders', 'pop3_show', 'pop3_show_days', 'pop3_show_since', 'pop3_show_deleted'],
        'warn'     => ['quota_warn', 'quota_warn_free', 'quota_warn_channels', 'quota_warn_repeat',
                       'quota_warn_rearm', 'quota_warn_recovered'],
        'language' => ['language'],
    ];

    /** What an owner wants to know also where it is closed and nobody has set it. */
    const ALWAYS = ['pop3_mark_read', 'pop3_delete', 'pop3_keep_days', 'pop3_folders', 'quota_warn'];

    /** @var rcube_plugin */
    private $plugin;
    /** @var coexist_server */
    private $server;

    public function __construct(rcube_plugin $plugin, coexist_server $server)
    {
        $this->plugin = $plugin;
        $this->server = $server;
    }

    /** Returns the page. $refusal is what the server said to the last change, or ''. */
    public function html($refusal)
    {
        $settings = $this->server->settings();
        $content  = $this->refusal($refusal);

        if (!$settings) {
            $content .= html::p('coexist-nothing', $this->q($this->server->failed() ? 'noanswer' : 'nothingopen'));
        }
        $content .= $this->status();
        if ($settings) {
            $content .= $this->form($settings);
        }

        return html::tag('h1', ['id' => 'prefs-title', 'class' => 'boxtitle voice'], $this->q('title'))
            . html::div('box formcontainer scroller',
                html::div(['class' => 'boxcontent formcontent coexist', 'id' => 'coexist'], $content)
                . ($this->is_any_open($settings) ? $this->save_button() : ''));
    }

    /** Returns a date as the owner writes dates. */
    public static function day($date)
    {
        $rcmail = rcmail::get_instance();

        // noon: it is the same day in each time zone
        return (string) $rcmail->format_date("$date 12:00:00", $rcmail->config->get('date_format', 'Y-m-d'), false);
    }

    private function q($label, array $vars = [])
    {
        return rcube::Q($this->plugin->gettext(['name' => $label, 'vars' => $vars]));
    }

    private function refusal($refusal)
    {
        if ($refusal === '') {
            return '';
        }

        return html::div(['class' => 'boxerror', 'role' => 'alert', 'id' => 'coexist-refusal', 'tabindex' => '-1'],
            html::tag('strong', [], $this->q('nothingsaved')) . ' '
            . html::span(['lang' => '', 'id' => 'coexist-sentence'], rcube::Q($refusal)));
    }

    private function is_any_open(array $settings)
    {
        return (bool) array_filter($settings, static function ($setting) {
            return $setting->is_open();
        });
    }

    private function form(array $settings)
    {
        $form = new coexist_form($this->plugin, $settings,
            isset($settings['pop3_folders']) ? $this->server->folders() : []);
        $html = '';

        foreach (self::SECTIONS as $section => $names) {
            $html .= $this->section($section, $form->controls($names), $settings);
        }

        return rcmail::get_instance()->output->form_tag([
            'id'     => 'coexist-form',
            'name'   => 'coexist-form',
            'method' => 'post',
            'action' => './?_task=settings&_action=plugin.coexist-save',
        ], $html);
    }

    private function section($section, array $controls, array $settings)
    {
        $html = '';

        foreach ($controls as $name => $control) {
            $setting = $settings[$name];
            if ($setting->is_open()) {
                $html .= $control->html();
            }
            elseif (in_array($name, self::ALWAYS) || $setting->origin !== 'default') {
                $html .= $control->fixed_html();
            }
        }

        return $html === '' ? '' : html::tag('section', [
            'class'           => 'coexist-section',
            'aria-labelledby' => "coexist-$section",
        ], html::tag('h2', ['id' => "coexist-$section"], $this->q("section_$section")) . $html, ['class', 'aria-labelledby']);
    }

    /** Roundcube has to know the button: on a phone Elastic shows another one in its place. */
    private function save_button()
    {
        $output = rcmail::get_instance()->output;
        $output->add_script(rcmail_output::JS_OBJECT_NAME
            . ".register_button('plugin.coexist-save', 'coexist-save', 'button');");

        return html::p('formbuttons footerleft', html::tag('button', [
            'type'  => 'submit',
            'form'  => 'coexist-form',
            'id'    => 'coexist-save',
            'class' => 'btn btn-primary submit button mainaction',
        ], $this->q('save'), ['type', 'form', 'id', 'class']));
    }

    // How the mailbox is doing

    private function status()
    {
        $rows = $this->usage() . $this->last_use()
            . $this->count('leftbypop', '$POP3Downloaded') . $this->count('hiddenbypop', '$POP3Hidden');

        return html::tag('section', ['class' => 'coexist-section coexist-status', 'aria-labelledby' => 'coexist-now'],
            html::tag('h2', ['id' => 'coexist-now'], $this->q('section_now'))
            . html::tag('dl', [], $rows) . $this->deletions(), ['class', 'aria-labelledby']);
    }

    private function row($label, $html)
    {
        return html::div('coexist-fact', html::tag('dt', [], $this->q($label)) . html::tag('dd', [], $html));
    }

    private function usage()
    {
        $quota = $this->server->quota();

        if ($quota === false) {
            return '';
        }
        if ($quota === null) {
            return $this->row('usage', $this->q('nolimit'));
        }

        $rcmail  = rcmail::get_instance();
        $percent = (int) min(100, round($quota['used'] / $quota['total'] * 100));
        $text    = $this->q('usageof', [
            'used'    => $rcmail->show_bytes($quota['used'] * 1024),
            'total'   => $rcmail->show_bytes($quota['total'] * 1024),
            'percent' => $percent,
        ]);

        return $this->row('usage', html::span('coexist-usage', $text) . html::div([
            'class'       => 'coexist-bar' . ($percent >= 90 ? ' is-full' : ''),
            'aria-hidden' => 'true',
        ], html::div(['style' => "width: $percent%"], '')));
    }

    private function last_use()
    {
        $day = (string) $this->server->entry('status/pop3_last_use');

        if (preg_match('/^\d{4}-\d\d-\d\d$/D', $day)) {
            return $this->row('lastpop', rcube::Q(self::day($day)));
        }

        return $day === 'none' ? $this->row('lastpop', $this->q('notused')) : '';
    }

    private function count($label, $keyword)
    {
        $count = $this->server->count_keyword($keyword);

        return $count > 0 ? $this->row($label, $this->q($count === 1 ? 'message' : 'messages', ['n' => $count])) : '';
    }

    /** What POP sessions deleted and is still there: a row for each, newest first. */
    private function deletions()
    {
        $may_undo = $this->server->entry('status/may_undo') === 'yes';
        $html     = '';

        foreach (explode("\n", (string) $this->server->entry('status/pop3_deletions')) as $line) {
            if (preg_match('/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([!-~]{1,200}) (\d{1,10}) (\d{1,10})$/D', $line, $part)) {
                $html .= $this->deletion($part, $may_undo);
            }
        }

        return $html === '' ? '' : html::tag('h3', [], $this->q('deletions')) . html::tag('ul', ['class' => 'coexist-deletions'], $html);
    }

    private function deletion(array $part, $may_undo)
    {
        list(, $time, $session, $hidden, $moved) = $part;
        $rcmail = rcmail::get_instance();
        $when   = (string) $rcmail->format_date($time, $rcmail->config->get('date_long', 'Y-m-d H:i'));
        $what   = array_filter([
            (int) $hidden ? $this->q('washidden', ['n' => $hidden]) : '',
            (int) $moved ? $this->q('wasmoved', ['n' => $moved]) : '',
        ]);

        return html::tag('li', [], html::span('coexist-deletion', rcube::Q($when) . ': ' . implode(', ', $what))
            . ($may_undo ? $this->undo_form($session, $when) : ''));
    }

    private function undo_form($session, $when)
    {
        $hidden = new html_hiddenfield(['name' => '_session', 'value' => $session]);

        return rcmail::get_instance()->output->form_tag([
            'method' => 'post',
            'class'  => 'coexist-undo',
            'action' => './?_task=settings&_action=plugin.coexist-undo',
        ], $hidden->show() . html::tag('button', [
            'type'       => 'submit',
            'class'      => 'btn btn-secondary btn-sm',
            'aria-label' => $this->plugin->gettext(['name' => 'bringbackof', 'vars' => ['when' => $when]]),
        ], $this->q('bringback'), ['type', 'class', 'aria-label']));
    }
}

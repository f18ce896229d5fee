<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * How one setting is asked: a question with what may be answered, of which the first
 * answer is always "as the mail provider set it". Subclasses say which others there are.
 */
abstract class coexist_control
{
    /** What is posted for an answer that is more than a word. */
    const OWN = '=';

    /** @var rcube_plugin has the texts */
    protected $plugin;
    /** @var coexist_setting */
    protected $setting;

    public function __construct(rcube_plugin $plugin, coexist_setting $setting)
    {
        $this->plugin  = $plugin;
        $this->setting = $setting;
    }

    /** Returns a value as the owner reads it, not escaped. */
    abstract public function text($value);

    /** Returns the answers as HTML. */
    abstract protected function answers();

    /** Returns the value that was posted, '' for none, which the server has yet to judge. */
    public function posted(array $posted)
    {
        return self::line($posted['pick'] ?? '');
    }

    /** The question with its answers. */
    public function html()
    {
        $name    = $this->setting->name;
        $hint    = $this->hint();
        $content = html::tag('legend', [], rcube::Q($this->label($name)))
            . ($hint === '' ? '' : html::p(['class' => 'coexist-hint', 'id' => $this->id('hint')], rcube::Q($hint)))
            . ($this->setting->is_asleep() ? $this->asleep() : '')
            . $this->answers();

        return html::tag('fieldset', [
            'class'            => 'coexist-setting',
            'id'               => $this->id(),
            'aria-describedby' => $hint === '' ? null : $this->id('hint'),
        ], $content, ['class', 'id', 'aria-describedby']);
    }

    /** The question with the answer that somebody else has given. */
    public function fixed_html()
    {
        $origin = $this->setting->origin === 'administrator' ? 'byadministrator' : 'bydefault';

        return html::div(['class' => 'coexist-fixed', 'id' => $this->id()],
            html::span('coexist-question', rcube::Q($this->label($this->setting->name)))
            . html::span('coexist-value', rcube::Q($this->text($this->setting->effective)))
            . html::span('coexist-origin', rcube::Q($this->label($origin))));
    }

    protected function label($name, array $vars = [])
    {
        return $this->plugin->gettext(['name' => $name, 'vars' => $vars]);
    }

    /** Returns the text, or '' if there is none of this name. */
    protected function label_if_any($name)
    {
        return rcmail::get_instance()->text_exists($name, 'coexist') ? $this->label($name) : '';
    }

    protected function hint()
    {
        return $this->label_if_any($this->setting->name . '_hint');
    }

    protected function id($part = '')
    {
        return 'coexist-' . strtr($this->setting->name, '_', '-') . ($part === '' ? '' : "-$part");
    }

    protected function field($part)
    {
        return "_coexist[{$this->setting->name}][$part]";
    }

    protected function standard_label()
    {
        return $this->label('standard', ['value' => $this->text($this->setting->given)]);
    }

    /** An answer, with a hint, and with what else is to be said if it is chosen. */
    protected function radio($value, $label, $checked, $hint = '', $more = '')
    {
        $part  = $value === self::OWN ? 'own' : ($value === '' ? 'standard' : $value);
        $id    = $this->id('is-' . preg_replace('/[^a-z0-9]/', '', $part));
        $input = html::tag('input', [
            'type'             => 'radio',
            'name'             => $this->field('pick'),
            'id'               => $id,
            'value'            => $value,
            'checked'          => $checked ? 'checked' : null,
            'aria-describedby' => $hint === '' ? null : "$id-hint",
        ]);
        $label = html::label($id, rcube::Q($label));
        $hint  = $hint === '' ? '' : html::span(['class' => 'coexist-hint', 'id' => "$id-hint"], rcube::Q($hint));

        return html::div('coexist-answer', $input . html::div('coexist-answer-text', $label . $hint . $more));
    }

    protected function standard_radio()
    {
        return $this->radio('', $this->standard_label(), $this->setting->choice() === '');
    }

    private function asleep()
    {
        return html::p('coexist-asleep boxwarning', rcube::Q($this->label('asleep', [
            'value' => $this->text($this->setting->chosen),
        ])));
    }

    /** Returns one line of text, or '' for what is none. */
    protected static function line($text)
    {
        return is_string($text) && mb_check_encoding($text, 'UTF-8')
            ? trim(preg_replace('/[\x00-\x1f\x7f]+/', ' ', $text)) : '';
    }
}

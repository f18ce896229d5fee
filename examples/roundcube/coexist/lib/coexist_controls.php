<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

require_once __DIR__ . '/coexist_control.php';

/** One of some words, each with an explanation. */
class coexist_words extends coexist_control
{
    /** @var string[] */
    protected $words;

    public function __construct(rcube_plugin $plugin, coexist_setting $setting, array $words)
    {
        parent::__construct($plugin, $setting);
        $this->words = $words;
    }

    public function text($value)
    {
        $text = $this->label_if_any($this->setting->name . '_' . strtolower($value));

        return $text !== '' ? $text : $value;
    }

    protected function answers()
    {
        $html = $this->standard_radio();

        foreach ($this->allowed() as $word) {
            $hint  = $this->label_if_any("{$this->setting->name}_{$word}_hint");
            $html .= $this->radio($word, $this->text($word), $this->is_chosen($word), $hint);
        }

        return $html;
    }

    /** The words that may be chosen, and what was chosen. */
    protected function allowed()
    {
        $words = array_values(array_filter($this->words, function ($word) {
            return $this->setting->bounds->allow($word, [$this, 'size']);
        }));
        $choice = $this->setting->choice();

        return $choice === '' || array_filter($words, [$this, 'is_chosen']) ? $words
            : array_merge($words, [$choice]);
    }

    protected function is_chosen($word)
    {
        $choice = $this->setting->choice();

        return strcasecmp($word, $choice) === 0
            || $choice !== '' && $this->size($word) !== null && $this->size($word) === $this->size($choice);
    }

    /** Makes a number of a word, or null. */
    public function size($word)
    {
        return null;
    }
}

/** The same in one line. */
class coexist_select extends coexist_words
{
    protected function answers()
    {
        $select = new html_select([
            'name'       => $this->field('pick'),
            'id'         => $this->id('pick'),
            'class'      => 'custom-select form-control',
            'aria-label' => $this->label($this->setting->name),
        ]);
        $select->add($this->standard_label(), '');
        $chosen = '';
        foreach ($this->allowed() as $word) {
            $select->add($this->text($word), $word);
            $chosen = $this->is_chosen($word) ? $word : $chosen;
        }

        return $select->show($chosen);
    }
}

/** How often: one of some intervals. */
class coexist_interval extends coexist_select
{
    public function text($value)
    {
        $seconds = $this->size($value);
        $days    = $seconds === null ? 0 : intdiv($seconds, 86400);

        if ($seconds === 0) {
            return $this->label('never');
        }
        if ($seconds === null || $seconds % 86400) {
            return $value;
        }

        return $days === 1 ? $this->label('everyday') : $this->label('everydays', ['n' => $days]);
    }

    public function size($word)
    {
        return coexist_bounds::seconds($word);
    }
}

/** A number, or 0 for no limit. */
class coexist_number extends coexist_control
{
    public function text($value)
    {
        if ($value === '0') {
            return $this->label($this->setting->name . '_0');
        }

        return $value === '1' ? $this->label($this->setting->name . '_1')
            : $this->label($this->setting->name . '_n', ['n' => $value]);
    }

    protected function answers()
    {
        $choice = $this->setting->choice();
        $range  = $this->setting->bounds->range();
        $html   = $this->standard_radio();

        if ($this->setting->bounds->allow('0', 'coexist_bounds::number')) {
            $html .= $this->radio('0', $this->text('0'), $choice === '0');
        }
        if ($range) {
            $is_own = $choice !== '' && $choice !== '0';
            $html  .= $this->radio(self::OWN, $this->label($this->setting->name . '_own'), $is_own,
                $this->range_hint($range), $this->input($range, $is_own ? $choice : ''));
        }

        return $html;
    }

    public function posted(array $posted)
    {
        $pick = parent::posted($posted);

        return $pick === self::OWN ? self::line($posted['own'] ?? '') : $pick;
    }

    private function range_hint(array $range)
    {
        return $range[1] === null ? '' : $this->label('range', ['from' => $range[0], 'to' => $range[1]]);
    }

    private function input(array $range, $value)
    {
        $suggested = max($range[0], min($range[1] ?? PHP_INT_MAX, (int) $this->label($this->setting->name . '_own_number')));

        return html::tag('input', [
            'type'       => 'number',
            'class'      => 'form-control coexist-own',
            'name'       => $this->field('own'),
            'id'         => $this->id('own'),
            'value'      => $value !== '' ? $value : $suggested,
            'min'        => $range[0],
            'max'        => $range[1],
            'inputmode'  => 'numeric',
            'aria-label' => $this->label($this->setting->name . '_own'),
        ]);
    }
}

/** A date, or none. */
class coexist_date extends coexist_control
{
    public function text($value)
    {
        return preg_match('/^\d{4}-\d\d-\d\d$/D', $value)
            ? $this->label($this->setting->name . '_n', ['date' => coexist_page::day($value)])
            : $this->label($this->setting->name . '_none');
    }

    protected function answers()
    {
        $choice = $this->setting->choice();
        $is_own = $choice !== '' && strcasecmp($choice, 'none') !== 0;
        $html   = $this->standard_radio();

        if ($this->setting->bounds->allow('none')) {
            $html .= $this->radio('none', $this->text('none'), $choice !== '' && !$is_own);
        }

        return $html . $this->radio(self::OWN, $this->label($this->setting->name . '_own'), $is_own, '',
            html::tag('input', [
                'type'       => 'date',
                'class'      => 'form-control coexist-own',
                'name'       => $this->field('own'),
                'id'         => $this->id('own'),
                'value'      => $is_own ? $choice : '',
                'aria-label' => $this->label($this->setting->name . '_own'),
            ]));
    }

    public function posted(array $posted)
    {
        $pick = parent::posted($posted);

        return $pick === self::OWN ? self::line($posted['own'] ?? '') : $pick;
    }
}

/** Some of a list. */
class coexist_list extends coexist_words
{
    public function text($value)
    {
        $items = array_map([$this, 'item_text'], self::items($value));

        return $items ? implode(', ', $items) : $this->label('nothing');
    }

    public function posted(array $posted)
    {
        $pick  = parent::posted($posted);
        $items = array_map([self::class, 'line'], array_values((array) ($posted['items'] ?? [])));

        return $pick === self::OWN
            ? implode(' ', array_map([self::class, 'quoted'], array_filter($items, 'strlen'))) : $pick;
    }

    protected function answers()
    {
        $choice = $this->setting->choice();

        return $this->standard_radio()
            . $this->radio(self::OWN, $this->label('own'), $choice !== '', '', $this->boxes());
    }

    /** The items of the owner's choice, or else of what holds without one. */
    protected function ticked()
    {
        return self::items($this->setting->choice() !== '' ? $this->setting->choice() : $this->setting->given);
    }

    protected function item_text($item)
    {
        return parent::text($item);
    }

    protected function offered()
    {
        $offered = array_filter($this->words, function ($word) {
            return $this->setting->bounds->allow($word, [$this, 'size']);
        });
        foreach (self::items($this->setting->choice()) as $item) {
            if (!self::has($offered, $item)) {
                $offered[] = $item;
            }
        }

        return array_values($offered);
    }

    private function boxes()
    {
        $ticked = $this->ticked();
        $html   = '';

        foreach ($this->offered() as $number => $item) {
            $id    = $this->id("item-$number");
            $html .= html::div('coexist-item', html::tag('input', [
                'type'    => 'checkbox',
                'name'    => $this->field('items') . '[]',
                'id'      => $id,
                'value'   => $item,
                'checked' => self::has($ticked, $item) ? 'checked' : null,
            ]) . html::label($id, rcube::Q($this->item_text($item))));
        }

        return html::div([
            'class'      => 'coexist-items',
            'role'       => 'group',
            'aria-label' => $this->label($this->setting->name),
        ], $html);
    }

    private static function has(array $items, $wanted)
    {
        return in_array(strtolower($wanted), array_map('strtolower', $items), true);
    }

    /** Splits a value as the server does: at blanks and commas, but not within quotes. */
    protected static function items($value)
    {
        preg_match_all('/"([^"]*)"|([^\s,"]+)/', $value, $found, PREG_SET_ORDER);

        return array_map(static function ($item) {
            return $item[1] !== '' ? $item[1] : $item[2] ?? '';
        }, $found);
    }

    private static function quoted($item)
    {
        return strpbrk($item, " \t,") === false ? $item : '"' . $item . '"';
    }
}

/** Levels in percent. */
class coexist_percents extends coexist_list
{
    public function size($word)
    {
        return coexist_bounds::number($word);
    }

    protected function item_text($item)
    {
        return $this->size($item) === null ? $item : $this->size($item) . "\u{a0}%";
    }
}

/** Levels in bytes. */
class coexist_sizes extends coexist_list
{
    public function size($word)
    {
        return coexist_bounds::bytes($word);
    }

    protected function item_text($item)
    {
        return preg_match('/^(\d+)([KMGT])$/Di', $item, $part)
            ? "$part[1]\u{a0}" . strtoupper($part[2]) . 'B' : $item;
    }
}

/** Some of the mailbox's folders, of which INBOX always is one. */
class coexist_folders extends coexist_list
{
    public function __construct(rcube_plugin $plugin, coexist_setting $setting, array $folders)
    {
        // neither what is INBOX anyhow, nor what would be taken for a pattern or a quote
        parent::__construct($plugin, $setting, array_filter($folders, static function ($name) {
            return strcasecmp($name, 'INBOX') !== 0 && strpbrk($name, '*%"') === false;
        }));
    }

    public function posted(array $posted)
    {
        $value = parent::posted($posted);

        // nothing but INBOX is a choice, too
        return ($posted['pick'] ?? '') === self::OWN ? trim("INBOX $value") : $value;
    }

    protected function offered()
    {
        return array_values(array_filter(parent::offered(), static function ($name) {
            return strcasecmp($name, 'INBOX') !== 0;
        }));
    }

    protected function item_text($item)
    {
        return strcasecmp($item, 'INBOX') === 0 ? rcmail::get_instance()->gettext('inbox') : $item;
    }
}

<?php
// SPDX-License-Identifier: LGPL-2.1-or-later

require_once __DIR__ . '/coexist_controls.php';

/** The settings as questions, and what was answered. */
class coexist_form
{
    /** @var coexist_setting[] */
    private $settings;
    /** @var coexist_control[] */
    private $controls = [];

    public function __construct(rcube_plugin $plugin, array $settings, array $folders = [])
    {
        $this->settings = $settings;
        foreach ($settings as $name => $setting) {
            $this->controls[$name] = self::control($plugin, $setting, $folders);
        }
    }

    /** Returns those of the settings that there are, as name => control. */
    public function controls(array $names)
    {
        return array_intersect_key($this->controls, array_flip($names));
    }

    /** Returns what the answers change, as name => value or null for none. */
    public function changes($posted)
    {
        $changes = [];

        foreach ($this->settings as $name => $setting) {
            $answer = is_array($posted) ? $posted[$name] ?? null : null;
            // what has been closed meanwhile the server refuses, and says so
            if (!is_array($answer) || !isset($answer['pick'])) {
                continue;
            }
            $value = $this->controls[$name]->posted($answer);
            if ($answer['pick'] === '' ? $setting->choice() !== '' : $value !== $setting->choice()) {
                $changes[$name] = $answer['pick'] === '' ? null : $value;
            }
        }

        return $changes;
    }

    private static function control($plugin, $setting, array $folders)
    {
        switch ($setting->name) {
        case 'pop3_mark_read':
            return new coexist_words($plugin, $setting, ['complete', 'quit', 'never', 'stock']);
        case 'pop3_delete':
            return new coexist_words($plugin, $setting, ['hide', 'trash', 'archive']);
        case 'pop3_show':
            return new coexist_words($plugin, $setting, ['all', 'unread']);
        case 'pop3_keep_days':
        case 'pop3_show_days':
        case 'quota_warn_rearm':
            return new coexist_number($plugin, $setting);
        case 'pop3_show_since':
            return new coexist_date($plugin, $setting);
        case 'pop3_folders':
            return new coexist_folders($plugin, $setting, $folders);
        case 'quota_warn':
            return new coexist_percents($plugin, $setting, ['50', '70', '80', '90', '95', '100']);
        case 'quota_warn_free':
            return new coexist_sizes($plugin, $setting, ['10M', '50M', '100M', '500M', '1G']);
        case 'quota_warn_channels':
            return new coexist_list($plugin, $setting, ['mail', 'alert', 'event']);
        case 'quota_warn_repeat':
            return new coexist_interval($plugin, $setting, ['0', '1d', '3d', '7d', '30d']);
        case 'language':
            return new coexist_select($plugin, $setting, ['ca', 'de', 'en', 'es', 'fr', 'pt']);
        default:
            return new coexist_select($plugin, $setting, ['yes', 'no']);
        }
    }
}

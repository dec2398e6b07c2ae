<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;

/** In which language names are read: those of products in the shop's own, those of statuses in the admin's. */
final class Languages
{
    private const CATALOG = ['config_language_catalog', 'config_language'];
    private const ADMIN = ['config_language_admin', 'config_admin_language', 'config_language'];
    private const ALL = 'SELECT language_id, code, name FROM {language} ORDER BY sort_order, language_id';

    /** @var Query */
    private $query;

    /** @var object OpenCart's config: get */
    private $config;

    /** @var array<int, array<string, string|null>>|null */
    private $all;

    /** @param object $config */
    public function __construct(Query $query, $config)
    {
        $this->query = $query;
        $this->config = $config;
    }

    /** @return array<int, array<string, string|null>> language_id, code, name */
    public function all(): array
    {
        if ($this->all === null) {
            $this->all = $this->query->rows(self::ALL);
        }
        return $this->all;
    }

    public function catalog(): int
    {
        return $this->named(self::CATALOG);
    }

    public function admin(): int
    {
        return $this->named(self::ADMIN);
    }

    /** @return array<int, string> codes by id */
    public function codes(): array
    {
        return array_column($this->all(), 'code', 'language_id');
    }

    /** @param array<int, string> $settings the first one that names a language is taken */
    private function named(array $settings): int
    {
        $ids = array_column($this->all(), 'language_id', 'code');
        foreach ($settings as $setting) {
            $code = (string) $this->config->get($setting);
            if (isset($ids[$code])) {
                return (int) $ids[$code];
            }
        }
        return (int) ($this->all()[0]['language_id'] ?? 0);
    }
}

<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

use XeroConnector\Database\Query;
use XeroConnector\Platform;

/** What is installed: methods of payment and shipping, rows of the total. "1" is the status of an active one. */
final class Methods
{
    private const INSTALLED = 'SELECT DISTINCT code FROM {extension} WHERE type = :type ORDER BY code LIMIT 500';
    private const CLASSES = "SELECT `key`, value FROM {setting} WHERE store_id = 0
        AND `key` LIKE '%\\_tax\\_class\\_id' ORDER BY `key` LIMIT 500";

    /** @var Query */
    private $query;

    /** @var object OpenCart's config: get */
    private $config;

    /** @var Platform */
    private $platform;

    /** @param object $config */
    public function __construct(Query $query, $config, Platform $platform)
    {
        $this->query = $query;
        $this->config = $config;
        $this->platform = $platform;
    }

    /**
     * @param string $type "payment" or "shipping"
     * @return array<int, array{code: string, title: string, status: string}>
     */
    public function ofType(string $type): array
    {
        return array_map(function (string $code) use ($type): array {
            $title = Text::plain(strip_tags($this->platform->title($type, $code)));
            return ['code' => $code, 'title' => $title ?: $code, 'status' => $this->setting($type, $code, 'status')];
        }, $this->installed($type));
    }

    /** @return array<int, array{code: string, sort_order: string, status: string}> */
    public function totals(): array
    {
        return array_map(function (string $code): array {
            return [
                'code' => $code,
                'sort_order' => $this->setting('total', $code, 'sort_order'),
                'status' => $this->setting('total', $code, 'status'),
            ];
        }, $this->installed('total'));
    }

    /** @return array<string, string> tax classes that settings state, by "shipping.flat", "total.handling" … */
    public function taxClasses(): array
    {
        $classes = [];
        foreach ($this->query->rows(self::CLASSES) as $row) {
            $code = substr($row['key'], 0, -strlen('_tax_class_id'));
            $classes[implode('.', explode('_', $code, 2))] = (string) $row['value'];
        }
        return $classes;
    }

    /** @return array<int, string> */
    private function installed(string $type): array
    {
        return $this->query->column(self::INSTALLED, ['type' => $type]);
    }

    private function setting(string $type, string $code, string $name): string
    {
        return (string) $this->config->get($type . '_' . $code . '_' . $name);
    }
}

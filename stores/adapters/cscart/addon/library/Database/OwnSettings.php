<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** The settings in a table of the add-on's own: CS-Cart's settings are cached, and written as a whole. */
final class OwnSettings implements SettingTable
{
    private const READ = 'SELECT name, value FROM {xero_connector_setting}';
    private const WRITE = 'REPLACE INTO {xero_connector_setting} (name, value) VALUES (:name, :value)';
    private const RAISE = 'UPDATE {xero_connector_setting} SET value = :value
        WHERE name = :name AND CAST(value AS SIGNED) <= :most';
    private const CLEAR = 'DELETE FROM {xero_connector_setting}';

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    public function read(): array
    {
        $values = [];
        foreach ($this->query->rows(self::READ) as $row) {
            $values[(string) $row['name']] = (string) $row['value'];
        }
        return $values;
    }

    public function write(array $values): void
    {
        foreach ($values as $name => $value) {
            $this->query->run(self::WRITE, ['name' => $name, 'value' => $value]);
        }
    }

    public function raise(string $name, int $most, int $number): bool
    {
        $values = ['name' => $name, 'most' => $most, 'value' => (string) $number];
        return $this->query->run(self::RAISE, $values) === 1;
    }

    public function clear(): void
    {
        $this->query->run(self::CLEAR);
    }
}

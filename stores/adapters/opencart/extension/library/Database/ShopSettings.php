<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** The settings in OpenCart's own table of them, under the code `module_xero_connector`. */
final class ShopSettings implements SettingTable
{
    public const CODE = 'module_xero_connector';

    private const READ = 'SELECT `key`, value FROM {setting} WHERE store_id = 0 AND code = :code';
    private const DROP = 'DELETE FROM {setting} WHERE store_id = 0 AND code = :code AND `key` = :key';
    private const ADD = "INSERT INTO {setting} (store_id, code, `key`, value, serialized)
        VALUES (0, :code, :key, :value, 0)";
    private const RAISE = 'UPDATE {setting} SET value = :value
        WHERE store_id = 0 AND code = :code AND `key` = :key AND CAST(value AS SIGNED) <= :most';
    private const DROP_ALL = 'DELETE FROM {setting} WHERE code = :code';

    /** @var Query */
    private $query;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    public function read(): array
    {
        $values = [];
        foreach ($this->query->rows(self::READ, ['code' => self::CODE]) as $row) {
            $values[substr($row['key'], strlen(self::CODE) + 1)] = (string) $row['value'];
        }
        return $values;
    }

    public function write(array $values): void
    {
        $this->query->together(function () use ($values): void {
            foreach ($values as $name => $value) {
                $key = self::CODE . '_' . $name;
                $this->query->run(self::DROP, ['code' => self::CODE, 'key' => $key]);
                $this->query->run(self::ADD, ['code' => self::CODE, 'key' => $key, 'value' => $value]);
            }
        });
    }

    public function raise(string $name, int $most, int $number): bool
    {
        $values = ['code' => self::CODE, 'key' => self::CODE . '_' . $name];
        return $this->query->run(self::RAISE, $values + ['most' => $most, 'value' => (string) $number]) === 1;
    }

    public function clear(): void
    {
        $this->query->run(self::DROP_ALL, ['code' => self::CODE]);
    }
}

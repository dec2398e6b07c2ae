<?php
declare(strict_types=1);

namespace XeroConnector;

use XeroConnector\Database\Query;
use XeroConnector\Wire\Keys;

/**
 * What the extension remembers, in the shop's own table of settings under the code `module_xero_connector`.
 *
 * Read once; a change is written at once, one row a name, so that nothing else is touched.
 */
final class Settings
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

    /** @var array<string, string>|null */
    private $values;

    public function __construct(Query $query)
    {
        $this->query = $query;
    }

    /** @return string "" where it was never set */
    public function get(string $name): string
    {
        if ($this->values === null) {
            $this->values = [];
            foreach ($this->query->rows(self::READ, ['code' => self::CODE]) as $row) {
                $this->values[substr($row['key'], strlen(self::CODE) + 1)] = (string) $row['value'];
            }
        }
        return $this->values[$name] ?? '';
    }

    /** @param array<string, string> $values by name, without the code in front */
    public function set(array $values): void
    {
        $this->get('');
        $this->query->together(function () use ($values): void {
            foreach ($values as $name => $value) {
                $key = self::CODE . '_' . $name;
                $this->query->run(self::DROP, ['code' => self::CODE, 'key' => $key]);
                $this->query->run(self::ADD, ['code' => self::CODE, 'key' => $key, 'value' => $value]);
            }
        });
        $this->values = array_merge($this->values, $values);
    }

    /**
     * Puts a number in the place of one that is not greater than $most, and reads all anew.
     *
     * @return bool whether it was this request that put it there, and not another at the same time
     */
    public function raise(string $name, int $most, int $number): bool
    {
        $values = ['code' => self::CODE, 'key' => self::CODE . '_' . $name];
        $isRaised = $this->query->run(self::RAISE, $values + ['most' => $most, 'value' => (string) $number]) === 1;
        $this->values = null;
        return $isRaised;
    }

    /** What a fresh installation needs: switched on, with keys of its own. Keys that are there stay. */
    public function install(): void
    {
        if ($this->get('secret') === '') {
            $this->set(['status' => '1', 'key' => Keys::key(), 'secret' => Keys::secret()]);
        }
        $this->set(['version' => Version::EXTENSION]);
    }

    /** @return bool whether what is installed was installed by this version */
    public function isOfThisVersion(): bool
    {
        return $this->get('version') === Version::EXTENSION;
    }

    /** New keys: whoever holds the old ones is no longer known, so the pairing ends, too. */
    public function renewKeys(): void
    {
        $this->set(['key' => Keys::key(), 'secret' => Keys::secret()]);
        $this->unpair();
    }

    public function unpair(): void
    {
        $this->set(['callback' => '', 'app' => '', 'store' => '', 'reached' => '', 'error' => '', 'paired_at' => '']);
    }

    public function uninstall(): void
    {
        $this->query->run(self::DROP_ALL, ['code' => self::CODE]);
        $this->values = null;
    }

    public function isOn(): bool
    {
        return $this->get('status') === '1';
    }

    public function isPaired(): bool
    {
        return $this->get('callback') !== '';
    }
}

<?php
declare(strict_types=1);

namespace XeroConnector;

use XeroConnector\Database\SettingTable;
use XeroConnector\Wire\Keys;

/** What is remembered of the connection: keys, the connector's addresses, when it was last here. Read once. */
final class Settings
{
    /** @var SettingTable */
    private $table;

    /** @var array<string, string>|null */
    private $values;

    public function __construct(SettingTable $table)
    {
        $this->table = $table;
    }

    /** @return string "" where it was never set */
    public function get(string $name): string
    {
        if ($this->values === null) {
            $this->values = $this->table->read();
        }
        return $this->values[$name] ?? '';
    }

    /**
     * Not to be called in an event of the shop: all are written together.
     *
     * @param array<string, string> $values by name
     */
    public function set(array $values): void
    {
        $this->get('');
        $this->table->write($values);
        $this->values = array_merge($this->values, $values);
    }

    /**
     * Puts a number in the place of one that is not greater than $most, and reads all anew. The one change that may be
     * made in an event of the shop, whatever transaction that is in.
     *
     * @return bool whether it was this request that put it there, and not another at the same time
     */
    public function raise(string $name, int $most, int $number): bool
    {
        $isRaised = $this->table->raise($name, $most, $number);
        $this->values = null;
        return $isRaised;
    }

    /** What a fresh installation needs: switched on, with keys of its own. Keys that are there stay. */
    public function install(): void
    {
        if (!$this->isInstalled()) {
            $this->set(['status' => '1', 'key' => Keys::key(), 'secret' => Keys::secret()]);
        }
        $this->set(['version' => Version::EXTENSION]);
    }

    public function isInstalled(): bool
    {
        return $this->get('secret') !== '';
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
        $this->table->clear();
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

<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

use InvalidArgumentException;
use XeroConnector\Version;

/** One text that holds all that the connector must know: the shop's address, its key and its secret. */
final class PairingCode
{
    private const SHAPE = '/^(' . Version::CODE . '\.([A-Za-z0-9_-]+))\.([0-9a-f]{8})$/';

    /** @param string $address the shop's, without index.php */
    public static function write(string $address, string $key, string $secret): string
    {
        $json = json_encode(['u' => $address, 'k' => $key, 's' => $secret], JSON_UNESCAPED_SLASHES);
        $text = Version::CODE . '.' . rtrim(strtr(base64_encode($json), '+/', '-_'), '=');
        return $text . '.' . self::check($text);
    }

    /**
     * @return array{address: string, key: string, secret: string}
     * @throws InvalidArgumentException where a letter is wrong or missing, or it is no pairing code
     */
    public static function read(string $code): array
    {
        if (!preg_match(self::SHAPE, trim($code), $found)) {
            throw new InvalidArgumentException('This is no pairing code.');
        }
        if (!hash_equals(self::check($found[1]), $found[3])) {
            throw new InvalidArgumentException('A letter of the pairing code is wrong.');
        }
        $said = json_decode((string) base64_decode(strtr($found[2], '-_', '+/')), true);
        if (!isset($said['u'], $said['k'], $said['s'])) {
            throw new InvalidArgumentException('The pairing code is not whole.');
        }
        return ['address' => $said['u'], 'key' => $said['k'], 'secret' => $said['s']];
    }

    private static function check(string $text): string
    {
        return substr(hash('sha256', $text), 0, 8);
    }
}

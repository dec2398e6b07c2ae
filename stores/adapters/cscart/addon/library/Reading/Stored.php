<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

/** What CS-Cart keeps in one column as PHP's serialized text. No object is ever made of it. */
final class Stored
{
    /** @return array<mixed> [] for what is empty, or none */
    public static function values(?string $text): array
    {
        $value = self::value($text);
        return is_array($value) ? $value : [];
    }

    /** @return mixed null for what is empty, or none */
    public static function value(?string $text)
    {
        if ($text === null || $text === '') {
            return null;
        }
        // A row that an old version, or an import, left half written is no reason to fail: PHP's notice is kept down.
        $value = @unserialize($text, ['allowed_classes' => false]);
        return $value === false ? null : self::withoutObjects($value);
    }

    /**
     * @param mixed $value
     * @return mixed
     */
    private static function withoutObjects($value)
    {
        if (is_array($value)) {
            return array_map([self::class, 'withoutObjects'], $value);
        }
        return is_object($value) ? null : $value;
    }
}
